import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDataset, type Photo } from '../src/data/index.ts'
import { rosette } from './command.ts'

/** Photos that are asked about, and photos of known individuals; both sides show the same individuals. */
export interface AskedAndKnown {
  readonly asked: readonly Photo[]
  readonly known: readonly Photo[]
}

/**
 * Both sides of a data set. Kaggle's folder with test_identities.csv beside its tables: the test photos, and the training photos. Any other folder, without
 * sightings: two fifths of the photos against the others, photos that look alike kept on one side (`rosette split --kind burst`, seed 0).
 */
export async function askedAndKnown(data: string, scratch: string): Promise<AskedAndKnown> {
  const answers = join(data, 'test_identities.csv')
  if (existsSync(answers))
    return {
      asked: openDataset(answers, { images: join(data, 'test', 'test') }).photos,
      known: openDataset(data).photos,
    }
  const table = join(scratch, 'split.csv')
  await rosette(['split', '--data', data, '--kind', 'burst', '--fraction', '0.4', '--seed', '0', '--out', table])
  const { photos } = openDataset(table, { images: data })
  return {
    asked: photos.filter(({ split }) => split === 'validation'),
    known: photos.filter(({ split }) => split === 'train'),
  }
}
