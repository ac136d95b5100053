import { resolve } from 'node:path'
import { check } from '../base/index.ts'
import type { Manifest, OpenOptions } from '../data/index.ts'
import type { ReadingOptions } from '../run/index.ts'
import type { LocateFlags, LocateRunFlags } from './locate-options.ts'
import { type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { tell, warn } from './say.ts'
import { refuseUnusedLocating } from './unused-options.ts'

/** Photos to open, and how they are read. */
export interface PhotosToRead {
  readonly data: string
  readonly open: Omit<OpenOptions, 'part' | 'requireIdentity'>
  readonly reading: Pick<ReadingOptions, 'skipUnreadable' | 'limitPixels'>
  /** The run that names these photos as its own, where nobody else named them. */
  readonly namedBy: string | undefined
}

/**
 * The photos of `data`, else those that the run, or every run of an ensemble, was trained on. A run's own photos are read as its training
 * read them, but for what the flags say: the one way for every command. What a run names is told: it may be somebody's who wants other
 * files read. @throws InputError where there are none to read.
 */
export async function photosToRead(
  flags: Pick<ModelFlags, 'model'> & DataFlags,
  asked: string | undefined,
): Promise<PhotosToRead> {
  const { runsOf } = await import('../embedder/index.ts')
  const { dataToRead } = await import('../run/index.ts')
  const options = dataOptions(flags)
  const { skipUnreadable, limitPixels } = flags
  const runs = flags.model.map(runsOf)
  const known = runs.every((own) => own.length > 0) ? [...new Set(runs.flat())] : [undefined]
  const [found, ...others] = known.map((run) => dataToRead(run, asked, { ...options, skipUnreadable, limitPixels }))
  const { data, reading, named } = found!
  const other = others.find((own) => resolve(own.data) !== resolve(data))
  check(
    other === undefined,
    `\`data\`: the models were trained on different photos: ${data} and ${other?.data}`,
    'name the photos with `data`',
  )
  const [run] = known
  if (named.length > 0) tell(`note: ${run} names ${named.join(' and ')} as its data`)
  const { skipUnreadable: skip, limitPixels: limit, locate: _l, locateConfig: _c, animals: _a, ...open } = reading
  return {
    data,
    open: { ...open, skipUnreadable: skip ?? false },
    reading: { skipUnreadable: skip, limitPixels: limit },
    namedBy: named.length > 0 ? run : undefined,
  }
}

/**
 * How animals are found on the photos: as the flags say, else as in the training of the model's run, which is then told.
 * `--locate none` leaves it out.
 */
export async function locatingBy(
  flags: Pick<ModelFlags, 'model' | 'threads' | 'memoryLimit'> & LocateFlags & DataFlags,
): Promise<LocateRunFlags> {
  const { runsOf } = await import('../embedder/index.ts')
  const { locatingOf, RunFolder } = await import('../run/index.ts')
  const { locate, locateConfig, animals, detections, masks } = flags
  const [run] = flags.model.flatMap(runsOf)
  const found = locatingOf(run, { locate, locateConfig, animals, detections, masks })
  refuseUnusedLocating(flags, found.locate, run === undefined ? undefined : new RunFolder(run).record().reading)
  if (locateConfig !== undefined && locate === undefined)
    warn(`--locate-config is not used: ${found.locate} has the description of its training; name both with --locate`)
  if (found.locate !== undefined && found.locate !== locate)
    tell(`note: animals are found by ${found.locate}, as for the training of ${run}; --locate none leaves that out`)
  return { ...flags, locate: found.locate, locateConfig: found.locateConfig, animals: found.animals }
}

/**
 * Before photos that a run names come into an output: that it was trained on them. Else a run that somebody sent could have any
 * photos of this machine drawn into a report. @throws InputError naming the run and where the photos lie.
 */
export async function checkNamed({ namedBy }: Pick<PhotosToRead, 'namedBy'>, manifest: Manifest): Promise<void> {
  if (namedBy === undefined) return
  const [{ areOwnPhotos }, { RunFolder }] = await Promise.all([
    import('../identify/index.ts'),
    import('../run/index.ts'),
  ])
  const run = new RunFolder(namedBy)
  const data = run.hasSplit() ? run.data() : undefined
  if (data === undefined || data.train.length + data.validation.length === 0)
    return warn(
      `${namedBy} does not tell which photos it was trained on: make sure that you mean those in ${manifest.source}`,
    )
  check(
    await areOwnPhotos(data, manifest.photos),
    `${namedBy}: names ${manifest.source} as its data, and the photos there are not those that it was trained on`,
    'if these are the photos that you mean, name them with --data',
  )
}
