import { Option } from 'commander'
import { oneLine } from '../base/index.ts'
import type { Manifest, Photo } from '../data/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import type { Identification } from '../identify/index.ts'
import { tell } from './say.ts'

/** Whether place and time are told beside the answers. */
export interface PriorFlags {
  readonly prior?: 'place-time' | undefined
}

export function priorOption(
  what = 'place-time: tell also how likely each individual is where and when the photo was taken; the answers stay',
): Option {
  return new Option('--prior <what>', what).choices(['place-time']).default(undefined, 'none')
}

/** Photos with the times that their files say where no table does. */
export async function timed(asked: Manifest, { prior }: PriorFlags): Promise<Manifest> {
  if (prior === undefined) return asked
  const { withTimes } = await import('../data/index.ts')
  return withTimes(asked, {}) ?? asked
}

/** Known individuals with such times too; a gallery on disk has those that it was made with. */
export async function timedGallery(source: GallerySource, flags: PriorFlags): Promise<GallerySource> {
  return source.kind === 'stored' ? source : { ...source, manifest: await timed(source.manifest, flags) }
}

/** Why the times of the photos say nothing, where they cannot be compared. */
export async function tellTimes({ prior }: PriorFlags, photos: readonly Photo[]): Promise<void> {
  if (prior === undefined) return
  const { readTimes } = await import('../data/index.ts')
  const { problem } = readTimes(photos.map(({ timestamp }) => timestamp))
  if (problem !== undefined) tell(`note: place and time: the times are not used: ${problem}`)
}

/** A line for each photo, and what they are worth; none where place and time were not asked. */
export async function placeTimeLines(found: readonly Identification[]): Promise<string[]> {
  const { placeTimeMeaning, placeTimeWords } = await import('../identify/index.ts')
  const lines = found.flatMap((one) => {
    const words = placeTimeWords(one)
    return words === undefined ? [] : [`${oneLine(one.photo.filename)}: ${oneLine(words)}`]
  })
  return lines.length === 0 ? [] : [...lines, placeTimeMeaning]
}

/** The columns of a table, and their cells of each candidate; none where place and time were not asked. */
export function placeTimeColumns(found: readonly Identification[]): {
  readonly header: readonly string[]
  cellsOf(candidate: Identification['candidates'][number] | undefined): string[]
} {
  const asked = found.flatMap(({ placeTime }) => (placeTime === undefined ? [] : [placeTime]))
  const isWeighed = asked.some((one) => one?.probability !== undefined)
  const header = [
    ...(asked.length === 0 ? [] : ['place_time_factor']),
    ...(isWeighed ? ['place_time_probability'] : []),
  ]
  return {
    header,
    cellsOf: (candidate) =>
      [candidate?.placeTime?.factor.toFixed(2) ?? '', candidate?.placeTime?.probability?.toFixed(4) ?? ''].slice(
        0,
        header.length,
      ),
  }
}
