import type { Leakage, Manifest } from '../data/index.ts'
import type { Selection } from '../identify/index.ts'
import type { CrossPhotos, Curves, RunLength, RunStory } from '../report/index.ts'
import type { ModelFlags } from './options.ts'
import { warn } from './say.ts'

/** A run, and which of its weights are reported. */
interface StoryOf {
  readonly run: string
  readonly checkpoint?: ModelFlags['checkpoint'] | undefined
}

/**
 * What a run folder tells for a report: its log, its configuration, its hashes, and which side of its split a photo is on, where
 * all its photos are among those reported. Whatever of it is not there is left out.
 */
export async function runStory(
  { run, checkpoint }: StoryOf,
  manifest: Manifest,
  { split }: Selection,
): Promise<RunStory> {
  const [{ RunFolder }, { leakageWords }] = await Promise.all([import('../run/index.ts'), import('../data/index.ts')])
  const { sealOf } = await import('../embedder/index.ts')
  const folder = new RunFolder(run)
  const { train, validation, leakage } = folder.data()
  const names = new Set(manifest.photos.map(({ filename }) => filename))
  const sides = new Map([
    ...train.map((name) => [name, 'train'] as const),
    ...validation.map((name) => [name, 'validation'] as const),
  ])
  const ownPhotos = sides.size > 0 && [...sides.keys()].every((name) => names.has(name))
  return {
    config: folder.settings(),
    curves: await curvesOf(run),
    trainedOn: {
      train: train.length,
      validation: validation.length,
      leakage: leakage === undefined ? [] : leakageWords(leakage),
    },
    hashes: {
      config: folder.configHash(),
      split: folder.record().splitHash ?? null,
      weights: await sealOf(run, checkpoint),
    },
    crossPhotos: leakage === undefined ? [] : await crossPhotosOf(manifest, leakage),
    splitOf: split === 'all' && ownPhotos ? ({ filename }) => sides.get(filename) ?? 'neither' : undefined,
  }
}

/** The nearest pairs of a run's two sides, of which both photos are among the dataset's. */
async function crossPhotosOf({ photos }: Manifest, { nearest }: Leakage): Promise<CrossPhotos[]> {
  const { photoKey } = await import('../data/index.ts')
  const byKey = new Map(photos.map((photo) => [photoKey(photo), photo]))
  return nearest.flatMap(({ train, validation, bits }) => {
    const [trained, validates] = [byKey.get(train), byKey.get(validation)]
    return trained === undefined || validates === undefined ? [] : [{ train: trained, validation: validates, bits }]
  })
}

/** A run's log as curves, of which damaged lines are left out and told; null where there is none. */
export async function curvesOf(run: string, onProblem: (problem: string) => void = warn): Promise<Curves | null> {
  const { RunFolder } = await import('../run/index.ts')
  const { entries, problems } = new RunFolder(run).log()
  for (const problem of problems) onProblem(`${problem}; the line is left out`)
  if (entries.length === 0) return null
  return {
    steps: entries.flatMap((entry) => {
      if (entry.kind !== 'step') return []
      const { kind: _, gradientNorm: __, lossScale: ___, skipped: ____, ...shown } = entry
      return [shown]
    }),
    validations: entries.flatMap((entry) => {
      if (entry.kind !== 'validation') return []
      const { step, epoch, identityBalancedMap, map, rank1 } = entry
      return [{ step, epoch, identityBalancedMap, map, rank1 }]
    }),
  }
}

/** How long a run is by its settings and its split; undefined where these are not there yet. */
export async function lengthOf(run: string): Promise<RunLength | undefined> {
  const { RunFolder } = await import('../run/index.ts')
  const folder = new RunFolder(run)
  if (folder.settings() === null || !folder.hasSplit()) return undefined
  const { epochs, batchSize } = folder.config()
  return { epochs, batchSize, trainPhotos: folder.data().train.length }
}
