import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One table of nyala's known photos, which train, and of its new ones, with the sighting of each. File names start from `data`. */
export function nyalaTable(data: string, { fresh }: { readonly fresh: 'val' | 'test' }): string {
  const read = (name: string) =>
    readFileSync(join(data, name), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  const sightings = new Map(read('train_sightings.csv').map(([photo, sighting]) => [photo, sighting]))
  const known = read('train.csv').map(([photo, name]) => `train/train/${photo},${name},${sightings.get(photo)},train`)
  const asked = read('test_identities.csv').map(
    ([photo, name, sighting]) => `test/test/${photo},${name},${sighting},${fresh}`,
  )
  return `${['filename,ground_truth,sighting,split', ...known, ...asked].join('\n')}\n`
}
