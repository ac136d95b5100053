import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, counted, InputError, optionText } from '../base/index.ts'
import {
  contentHashOf,
  datasetHash,
  eachPhoto,
  hasSplit,
  identifiedOnly,
  type Manifest,
  type Photo,
  photoKey,
  withoutProposed,
} from '../data/index.ts'
import { type RunData, readRunData, runNames } from '../run/index.ts'
import {
  byName,
  type HashWatch,
  learnedPhotos,
  nameOf,
  type Recognised,
  type RecognisedPhotos,
  recognisePhotos,
} from './known-photos.ts'

/**
 * A part of the photos: those that a run was trained on, those it was validated on, a table's test photos, or every
 * photo.
 */
export type SplitName = 'validation' | 'train' | 'test' | 'all'

/** Which photos are scored, and why, in words. */
export interface Selection {
  readonly split: SplitName
  readonly manifest: Manifest
  readonly reason: string
  /** How many of them the run was trained on; undefined where that is not known. */
  readonly learned?: number | undefined
}

/** Of which run, and which part of its photos. */
export interface SelectOptions extends HashWatch {
  /** The folder of the run whose model is measured. */
  readonly run: string | undefined
  /** The runs of an ensemble whose networks were trained on different photos, where there is no `run`. */
  readonly members?: readonly string[] | undefined
  readonly split?: SplitName | undefined
}

/** What a run saw of the photos. */
interface Seen {
  readonly run: string
  readonly data: RunData
  readonly recognised: RecognisedPhotos
}

/**
 * The photos to evaluate; those of nobody known may be among them, and take no part in the choice.
 *
 * A table with a column for the split: its test photos, or, for want of these, its validation photos. A run on the data it was trained
 * on: its validation photos. Everything else is scored whole, also what holds more than that data. `split` asks for others. A run's
 * photos are recognised by their content, whatever they are called now; "the data it was trained on" is decided by the hash of names,
 * boxes, labels and bytes. A split asked for by name is also found by names and boxes alone.
 * Photos whose identity was proposed by models are never scored.
 * @throws InputError where a split is asked for that is not there.
 */
export async function selectPhotos(manifest: Manifest, options: SelectOptions): Promise<Selection> {
  const selection = await selected(manifest, options)
  const scored = withoutProposed(selection.manifest)
  const guessed = selection.manifest.photos.length - scored.photos.length
  if (guessed === 0) return selection
  const { run, signal, onHash } = options
  const isTold = run !== undefined && selection.learned !== undefined
  const learned = isTold ? await learnedPhotos(scored.photos, run, { signal, onHash }) : undefined
  const reason = `${selection.reason}; ${counted(guessed, 'photo with a proposed identity is', 'photos with proposed identities are')} not scored`
  return { ...selection, manifest: scored, reason, learned }
}

async function selected(manifest: Manifest, { run, members = [], split, ...watch }: SelectOptions): Promise<Selection> {
  const { photos } = identifiedOnly(manifest)
  const noted = run !== undefined && (split !== 'all' || existsSync(join(run, runNames.split)))
  const seen = noted ? await seenBy(run, photos, watch) : undefined
  if (split === 'all')
    return { split, manifest, reason: 'as asked', learned: seen && count(seen.recognised.photos, 'train') }
  const side = sideOfTable(photos, split, seen)
  if (side !== undefined) return ofTable(manifest, photos, side, seen)
  check(split !== 'test', `\`split: "test"\`: ${manifest.source} has no column for the split`, wholeHint)
  if (seen !== undefined) return ofRun(manifest, photos, split, { seen, watch })
  const asked = split === undefined ? '' : optionText({ split })
  if (members.length > 0) {
    const they = `its ${counted(members.length, 'network was', 'networks were')} trained on different photos`
    check(split === undefined, `${asked}: the model is an ensemble, and ${they}`, wholeHint)
    return { split: 'all', manifest, reason: `all photos: the model is an ensemble, and ${they}` }
  }
  check(
    split === undefined,
    `${asked}: the model does not tell which photos it was trained on: a run folder of \`train()\` does`,
    wholeHint,
  )
  return { split: 'all', manifest, reason: untold }
}

/** Of an .onnx file, or another model that no training of ours left. */
const untold = 'all photos: the model does not tell which ones it was trained on, as a run folder does'

const wholeHint = '`split: "all"` scores every photo'

async function seenBy(run: string, photos: readonly Photo[], watch: HashWatch): Promise<Seen> {
  const data = readRunData(run)
  return { run, data, recognised: await recognisePhotos(photos, data, watch) }
}

/** The side of the table's split to score; undefined where it has none, or where the run's own split was asked for. */
function sideOfTable(
  photos: readonly Photo[],
  split: Exclude<SplitName, 'all'> | undefined,
  seen: Seen | undefined,
): 'train' | 'validation' | 'test' | undefined {
  if (!hasSplit(photos)) return undefined
  const isOwn = split !== undefined && split !== 'test' && seen !== undefined
  return isOwn && isWhole(seen.data, seen.recognised.photos) ? undefined : tableSide(photos, split)
}

/** The side that was asked for; else the table's test photos, or, for want of these, its validation photos. */
export function tableSide(
  photos: readonly Photo[],
  split: Exclude<SplitName, 'all'> | undefined,
): 'train' | 'validation' | 'test' | undefined {
  return split ?? (['test', 'validation'] as const).find((side) => photos.some((photo) => photo.split === side))
}

function ofTable(
  manifest: Manifest,
  photos: readonly Photo[],
  side: 'train' | 'validation' | 'test',
  seen: Seen | undefined,
): Selection {
  const rows = photos.flatMap((photo, i) => (photo.split === side ? [i] : []))
  check(
    rows.length > 0,
    `${optionText({ split: side })}: ${manifest.source} has no such photos in its column for the split`,
    wholeHint,
  )
  const recognised = rows.map((i) => seen?.recognised.photos[i])
  const [learned, validated] = [count(recognised, 'train'), count(recognised, 'validation')]
  const reasons = [
    `by the split of the table`,
    ...(seen !== undefined && learned > 0 ? [trainedOn(seen, learned)] : []),
    ...(seen !== undefined && validated > 0 ? [`${seen.run} chose its best checkpoint by ${validated} of these`] : []),
  ]
  return {
    split: side,
    manifest: { ...manifest, photos: rows.map((i) => photos[i]!) },
    reason: reasons.join('; '),
    learned: seen && learned,
  }
}

/** By the split of a run that the photos may be those of. */
async function ofRun(
  manifest: Manifest,
  photos: readonly Photo[],
  split: 'validation' | 'train' | undefined,
  { seen, watch }: { readonly seen: Seen; readonly watch: HashWatch },
): Promise<Selection> {
  const { run, data } = seen
  const { by } = seen.recognised
  const named = byName(photos, data)
  const recognised = seen.recognised.photos.map((found, i) => found ?? (split === undefined ? undefined : named[i]))
  const learned = count(recognised, 'train')
  const all = (reason: string): Selection => ({ split: 'all', manifest, reason, learned })
  const own = data.train.length + data.validation.length
  const known = recognised.filter((found) => found !== undefined).length
  if (!isWhole(data, recognised)) {
    const found = known === 0 ? 'none of the photos' : `${known} of the ${counted(own, 'photo')}`
    check(
      split === undefined,
      `${optionText({ split })}: ${manifest.source} has, by their ${wordOf(by)}, ${found} that ${run} was trained and validated on`,
      wholeHint,
    )
    const namesakes = named.filter((found, i) => found !== undefined && recognised[i] === undefined).length
    const more =
      namesakes === 0
        ? ''
        : `; ${counted(namesakes, 'has the name of such a photo', 'have the names of such photos')}, but other bytes`
    if (known === 0) return all(`other photos than those that ${run} was trained on, by their ${wordOf(by)}${more}`)
    return all(
      `${run} was TRAINED on ${learned} of these and validated on ${known - learned}, by their ${wordOf(by)}${more}`,
    )
  }
  const skipped = new Set(data.skipped)
  const isOther = (photo: Photo, i: number) => recognised[i] === undefined && !skipped.has(photoKey(photo))
  const besides = photos.filter((photo, i) => photo.proposed !== true && isOther(photo, i)).length
  if (split === undefined && besides > 0) {
    return all(
      `${counted(besides, 'photo')} besides the ${known} that ${run} was trained and validated on; \`split: "validation"\` leaves those out`,
    )
  }
  const same = (await hashAsTrained(photos, recognised, watch)) === data.dataHash
  if (!same && split === undefined) {
    return all(
      by === 'name'
        ? `its file names are those that ${run} was trained on, but not all labels or bytes; \`split: "validation"\` goes by the names`
        : `its photos are those that ${run} was trained on, but not all labels; \`split: "validation"\` goes by the photos`,
    )
  }
  const wanted = split ?? 'validation'
  const selected = photos.filter((_, i) => recognised[i]?.side === wanted)
  if (selected.length === 0) {
    check(split === undefined, `${optionText({ split })}: ${run} has no such photos`, wholeHint)
    return all(`${run} was trained on all photos: there are none that it did not see`)
  }
  const renamed = photos.filter(
    (photo, i) => recognised[i] !== undefined && recognised[i].key !== photoKey(photo),
  ).length
  const reason = [
    `set by ${run}`,
    ...(renamed === 0
      ? []
      : [`${counted(renamed, 'of its photos has another name', 'of its photos have other names')} here`]),
    ...(same ? [] : ['labels or bytes have changed since']),
  ].join('; ')
  return {
    split: wanted,
    manifest: { ...manifest, photos: selected },
    reason,
    learned: wanted === 'train' ? selected.length : 0,
  }
}

/** True where all of a run's photos are among those that were recognised. */
function isWhole({ train, validation }: RunData, recognised: readonly (Recognised | undefined)[]): boolean {
  const keys = new Set(recognised.flatMap((found) => found?.key ?? []))
  return keys.size > 0 && keys.size >= new Set([...train, ...validation]).size
}

function wordOf(by: RecognisedPhotos['by']): string {
  return by === 'name' ? 'names' : 'content'
}

function count(recognised: readonly (Recognised | undefined)[], side: Recognised['side']): number {
  return recognised.filter((found) => found?.side === side).length
}

function trainedOn({ run, recognised: { by } }: Seen, learned: number): string {
  return `${run} was TRAINED on ${learned} of these, by their ${wordOf(by)}`
}

/**
 * The dataset's hash, photos under the names that the run knows them by; undefined where a photo cannot be read, which embedding will
 * tell.
 */
async function hashAsTrained(
  photos: readonly Photo[],
  recognised: readonly (Recognised | undefined)[],
  { signal, onHash }: HashWatch,
): Promise<string | undefined> {
  const own = photos.flatMap((photo, i) => {
    const found = recognised[i]
    return found === undefined ? [] : [{ photo: { ...photo, filename: nameOf(found.key) }, known: found.contentHash }]
  })
  const hash = async ({ photo, known }: (typeof own)[number]) => known ?? (await contentHashOf(photo.path))
  const hashes: string[] = []
  try {
    for await (const found of eachPhoto(own, hash, { signal, onDone: onHash })) hashes.push(found)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
  return datasetHash(
    own.map(({ photo }) => photo),
    hashes,
  )
}
