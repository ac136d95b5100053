import type { OpenOptions } from '../data/index.ts'
import type { ReadingOptions } from '../run/index.ts'
import { type DataFlags, dataOptions, type ModelFlags } from './options.ts'

/** Photos to open, and how they are read. */
export interface PhotosToRead {
  readonly data: string
  readonly open: Omit<OpenOptions, 'part' | 'requireIdentity'>
  readonly reading: Pick<ReadingOptions, 'skipUnreadable' | 'limitPixels'>
}

/**
 * The photos of `data`, else those that the run was trained on. A run's own photos are read as its training read them, but for what the
 * flags say: the one way for every command. @throws InputError where there are none to read.
 */
export async function photosToRead(
  flags: Pick<ModelFlags, 'model'> & DataFlags,
  asked: string | undefined,
): Promise<PhotosToRead> {
  const { dataToRead, isRunFolder } = await import('../run/index.ts')
  const { problems: _, ...options } = dataOptions(flags)
  const run = isRunFolder(flags.model) ? flags.model : undefined
  const { skipUnreadable, limitPixels } = flags
  const { data, reading } = dataToRead(run, asked, { ...options, skipUnreadable, limitPixels })
  const { skipUnreadable: skip, limitPixels: limit, ...open } = reading
  return { data, open: { ...open, problems: 'collect' }, reading: { skipUnreadable: skip, limitPixels: limit } }
}
