import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The flank that each training photo shows, of Kaggle's folder with train_sightings.csv (filename, sighting, flank); empty for any other folder. */
export function flanksOf(data: string): ReadonlyMap<string, string> {
  const path = join(data, 'train_sightings.csv')
  if (!existsSync(path)) return new Map()
  const [first = '', ...lines] = readFileSync(path, 'utf8').replace('\ufeff', '').trim().split('\n')
  const column = first.split(',').indexOf('flank')
  return new Map(lines.map((line) => [line.split(',')[0]!, line.split(',')[column] ?? '']))
}
