import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, readRegular } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { Selection } from '../identify/index.ts'
import type { Curves, RunLength, RunStory } from '../report/index.ts'

/**
 * What a run folder tells for a report: its log, its configuration, its hashes, and which side of its split a photo is on, where
 * all its photos are among those reported. Whatever of it is not there is left out.
 */
export async function runStory(run: string, manifest: Manifest, { split }: Selection): Promise<RunStory> {
  const { readRunData } = await import('../run/index.ts')
  const { train, validation } = readRunData(run)
  const names = new Set(manifest.photos.map(({ filename }) => filename))
  const sides = new Map([
    ...train.map((name) => [name, 'train'] as const),
    ...validation.map((name) => [name, 'validation'] as const),
  ])
  const ownPhotos = sides.size > 0 && [...sides.keys()].every((name) => names.has(name))
  const configPath = join(run, 'config.json')
  const hasConfig = existsSync(configPath)
  const { splitHash } = readJson(join(run, 'run.json')) as { readonly splitHash?: unknown }
  return {
    config: hasConfig ? readJson(configPath) : null,
    curves: await curvesOf(join(run, 'log.jsonl')),
    trainedOn: { train: train.length, validation: validation.length },
    hashes: {
      config: hasConfig ? createHash('sha256').update(readRegular(configPath, 'json')).digest('hex') : null,
      split: typeof splitHash === 'string' ? splitHash : null,
    },
    splitOf: split === 'all' && ownPhotos ? ({ filename }) => sides.get(filename) ?? 'neither' : undefined,
  }
}

/** A run's log as curves; null where there is none. */
export async function curvesOf(log: string): Promise<Curves | null> {
  const { readLog } = await import('../run/index.ts')
  const entries = readLog(log)
  if (entries.length === 0) return null
  return {
    steps: entries.flatMap((entry) => {
      if (entry.kind !== 'step') return []
      const { kind: _, gradientNorm: __, ...shown } = entry
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
  if (!['config.json', 'split.json'].every((name) => existsSync(join(run, name)))) return undefined
  const folder = new RunFolder(run)
  const { epochs, batchSize } = folder.config()
  return { epochs, batchSize, trainPhotos: folder.data().train.length }
}
