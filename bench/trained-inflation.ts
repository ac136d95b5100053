import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDataset, type Photo, photoKey } from '../src/data/index.ts'
import { embedPhotos, openModel, type PhotoEmbeddings } from '../src/embedder/index.ts'
import { labelsOf } from '../src/identify/index.ts'
import { chanceOf, evaluateQueriesAgainstGallery } from '../src/retrieval/index.ts'
import { readRunData } from '../src/run/index.ts'
import { train } from '../src/train/index.ts'
import { drawnTable } from './drawn-table.ts'
import type { Scored } from './inflation.ts'

/** How the photos that validate are set aside. */
export type Aside = 'stratified' | 'encounter'

/** What the photos that were set aside say of a network, and what it reaches on photos of encounters that nobody set aside. */
export interface Promised {
  readonly validation: Scored
  readonly fresh: Scored
}

/** What is trained, on a folder of `rosette synth`. */
export interface TrainedInflationOptions {
  readonly drawn: string
  /** A folder for the table of photos and the run. */
  readonly folder: string
  readonly preset: string
  readonly set: readonly string[]
  readonly seed: number
  readonly threads?: number
}

/**
 * Trains on three quarters of the training photos. Then the others are asked about, each against those that trained; and so are the test
 * photos, by the same network against the same gallery.
 */
export async function measureTrained(aside: Aside, options: TrainedInflationOptions): Promise<Promised> {
  const { drawn, folder, preset, seed, threads = 1 } = options
  const table = join(folder, 'drawn.csv')
  writeFileSync(table, drawnTable(drawn))
  const out = join(folder, aside)
  const set = [...options.set, `validation=${aside}`, 'validationFraction=0.25', 'validateEvery=1000']
  await train({ data: table, images: drawn, out, preset, set, seed, threads, inThread: true, overwrite: true })
  const embedder = await openModel(out, { threads, checkpoint: 'last' })
  try {
    const { photos } = openDataset(table, { images: drawn })
    const validates = new Set(readRunData(out).validation)
    const isAside = (photo: Photo) => validates.has(photoKey(photo))
    const known = await embedPhotos(
      embedder,
      photos.filter((photo) => !isAside(photo)),
      {},
    )
    const setAside = await embedPhotos(embedder, photos.filter(isAside), {})
    const test = openDataset(join(drawn, 'test_identities.csv'), { images: join(drawn, 'test', 'test') })
    const fresh = await embedPhotos(embedder, test, {})
    return { validation: scoreOf(setAside, known), fresh: scoreOf(fresh, known) }
  } finally {
    await embedder.release()
  }
}

function scoreOf(asked: PhotoEmbeddings, known: PhotoEmbeddings): Scored {
  const side = ({ embeddings, photos }: PhotoEmbeddings) => ({ embeddings, ...labelsOf(photos) })
  const { queries, rank1, identityBalancedMap, perQuery } = evaluateQueriesAgainstGallery(side(asked), side(known), {})
  return { queries, rank1, identityBalancedMap, chance: chanceOf(perQuery) }
}
