import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { csvText } from '../src/base/index.ts'
import { openDataset, type Photo } from '../src/data/index.ts'
import { dividedTable } from './divided.ts'

/** Photos that are asked about, and photos of known individuals; both sides show the same individuals. */
export interface AskedAndKnown {
  readonly asked: readonly Photo[]
  readonly known: readonly Photo[]
}

/**
 * Both sides of a data set. Kaggle's folder with test_identities.csv beside its tables: the test photos, and the training photos. Any other folder, or table of
 * photos, is divided (`dividedTable`).
 */
export async function askedAndKnown(data: string, scratch: string): Promise<AskedAndKnown> {
  const answers = join(data, 'test_identities.csv')
  if (existsSync(answers))
    return {
      asked: openDataset(answers, { images: join(data, 'test', 'test') }).photos,
      known: openDataset(data).photos,
    }
  const table = join(scratch, 'split.csv')
  const { photos } = openDataset(table, { images: await dividedTable(data, table) })
  return {
    asked: photos.filter(({ split }) => split === 'test'),
    known: photos.filter(({ split }) => split === 'train'),
  }
}

/** The photos of every n-th known individual by name, from `first` on, counted from 1. */
export function ofEveryNth({ asked, known }: AskedAndKnown, every: number, first: number): AskedAndKnown {
  const names = [...new Set(known.flatMap(({ identity }) => identity ?? []))].sort()
  const chosen = new Set(names.filter((_, i) => i % every === first - 1))
  const isChosen = ({ identity }: Photo) => identity !== undefined && chosen.has(identity)
  return { asked: asked.filter(isChosen), known: known.filter(isChosen) }
}

/** Writes a table of absolute places (`--images /`) and individuals, and gives its path. */
export function photoTable(path: string, photos: readonly Photo[]): string {
  const rows = photos.map((photo) => [resolve(photo.path), photo.identity ?? ''])
  writeFileSync(path, csvText([['filename', 'identity'], ...rows]))
  return path
}
