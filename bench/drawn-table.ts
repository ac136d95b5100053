import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The training photos of drawn jaguars, with the encounter of each: a table whose file names start from `data`, a folder of `rosette synth`. */
export function drawnTable(data: string): string {
  const rowsOf = (name: string) =>
    readFileSync(join(data, name), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  const encounters = new Map(rowsOf('train_encounters.csv').map(([photo, encounter]) => [photo, encounter]))
  const rows = rowsOf('train.csv').map(([photo, name]) => `train/train/${photo},${name},${encounters.get(photo)}`)
  return `${['filename,identity,encounter', ...rows].join('\n')}\n`
}
