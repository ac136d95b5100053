import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The training photos of drawn jaguars, with the encounter of each unless they are not to be known: a table whose file names start from `data`, a folder
 * of `rosette synth`.
 */
export function drawnTable(data: string, { known = true }: { readonly known?: boolean } = {}): string {
  const rowsOf = (name: string) =>
    readFileSync(join(data, name), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  const encounters = new Map(rowsOf('train_encounters.csv').map(([photo, encounter]) => [photo, encounter]))
  const rows = rowsOf('train.csv').map(([photo, name]) => [`train/train/${photo}`, name, encounters.get(photo)])
  const cells = [['filename', 'identity', 'encounter'], ...rows].map((row) => row.slice(0, known ? 3 : 2).join(','))
  return `${cells.join('\n')}\n`
}
