import { existsSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { counted, oneLine } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import type { CalibratedMatching, FlankRule, LocalMatching, LocalStage, MatchKind } from '../identify/index.ts'
import { foundByOlder, olderWords } from './older-features.ts'
import { bytesOf } from './options.ts'
import { stagedProgress } from './progress.ts'
import { tell, warn } from './say.ts'
import { refuseUnusedMatching } from './unused-options.ts'

/** Options of every command that can match coats place by place. */
export interface MatchFlags {
  readonly match: 'none' | MatchKind
  /** Several are matched together. */
  readonly matcher?: readonly string[]
  readonly matcherConfig?: string
}

/** What the matching is for. */
interface MatchFor {
  readonly signal: AbortSignal
  readonly gallery?: GallerySource | undefined
  /** How places become a score, as `rosette calibrate` found; of plain cosines only. */
  readonly learnt?: LearntMatching | undefined
}

/** What a calibration learnt of matching. */
export interface LearntMatching {
  readonly scores: CalibratedMatching
  /** It seems to be of other animals, and nobody named it: its matchers are not taken. */
  readonly isOfOthers: boolean
}

/** `what` the command does with them. */
export function addMatchOption(command: Command, standard = 'none', what = rankedByPlaces): Command {
  refuseUnusedMatching(command, standard !== 'none')
  return command
    .optionsGroup('Coats place by place:')
    .addOption(matchOption(standard, what))
    .addOption(matcherOption())
    .addOption(matcherConfigOption())
}

const rankedByPlaces =
  'local: rank by places of the coat that agree; fused: let them add to the similarity (docs/local-matching.md)'

/** How places join similarities; `what` the command does with them. */
export function matchOption(standard: string, what: string): Option {
  const choices: readonly MatchFlags['match'][] = ['none', 'local', 'fused']
  return new Option('--match <how>', what).choices(choices).default('none', standard)
}

/** What finds and describes the places. */
export function matcherOption(): Option {
  return new Option(
    '--matcher <M>',
    'what finds and describes places of a coat: sift, coat (docs/coat-descriptor.md), an .onnx file, or a run folder; several are matched together (sift,coat)',
  )
    .argParser(collectMatchers)
    .default(undefined, 'sift')
}

/** Names may be given one by one or with commas; a file whose own name has a comma is one. */
function collectMatchers(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = existsSync(value) ? [value] : value.split(',').map((name) => name.trim())
  if (names.includes(''))
    throw new InvalidArgumentError(`Expected names with one comma between them, as sift,coat: a name is empty.`)
  return [...(before ?? []), ...names]
}

/** How somebody's network describes places. */
export function matcherConfigOption(): Option {
  return new Option(
    '--matcher-config <FILE|PRESET>',
    "the matcher's description, where none lies beside its .onnx file",
  )
}

/** What else decides how coats are matched. */
export interface MatchRunFlags extends MatchFlags {
  readonly threads?: number
  readonly memoryLimit?: number
  readonly limitPixels?: number
}

const stageNames = {
  finding: 'keypoints',
  mirroring: 'keypoints, mirrored',
  matching: 'matching coats',
  matchingProtocols: 'matching coats under the other protocols',
} as const satisfies Record<LocalStage, string>

/** Stages in which each matcher looks at photos by itself. */
function isFinding(stage: LocalStage): boolean {
  return stage === 'finding' || stage === 'mirroring'
}

/** Behind the name of work that several matchers do one after the other: a photo is counted once for each of them. */
export function countedFor(matchers: number): string {
  return matchers === 1 ? '' : ` (each photo counts once for each of ${matchers} matchers)`
}

/** Calls `use` with what matches coats as the flags ask, its progress shown; with undefined where they do not ask. */
export async function withMatching<T>(
  { match, matcher, matcherConfig, threads, memoryLimit, limitPixels }: MatchRunFlags,
  { signal, gallery, learnt }: MatchFor,
  use: (matching: LocalMatching | undefined) => Promise<T>,
): Promise<T> {
  if (match === 'none') return use(undefined)
  const { fusionOf, jointFingerprint, jointName, openExtractors, releaseExtractors } = await import('../local/index.ts')
  const { galleryLocals } = await import('../embedder/index.ts')
  const { storedFeatures } = await import('../identify/index.ts')
  const named = matcher ?? matchersOf(learnt)
  const extractors = await openExtractors(named, { matcherConfig, threads, memoryLimitBytes: bytesOf(memoryLimit) })
  const stages = stagedProgress()
  const onLocal = (stage: LocalStage, done: number, total: number) =>
    stages.update(`${stageNames[stage]}${isFinding(stage) ? countedFor(extractors.length) : ''}`, 'photos', done, total)
  try {
    const known = gallery?.kind === 'stored' ? storedFeatures(gallery.source, extractors) : undefined
    if (gallery?.kind === 'stored' && known !== undefined) {
      const lacking = extractors.filter(({ fingerprint }) => !known.has(fingerprint))
      const own = galleryLocals(gallery.source)
      const older = foundByOlder(own, lacking)
      const has = own.length === 0 ? 'no local features' : `local features of ${jointName(own)}, none`
      const lacks = older.length > 0 ? olderWords(jointName(older)) : `has ${has} of ${jointName(lacking)}`
      if (lacking.length > 0)
        warn(
          `${gallery.source} ${lacks}: they are found in its photos, or in the cache; \`rosette gallery --local\` keeps them`,
        )
      const asked = new Set(extractors.map(({ fingerprint }) => fingerprint))
      const more = own.filter(({ fingerprint }) => !asked.has(fingerprint))
      if (lacking.length === 0 && more.length > 0)
        tell(
          `note: ${gallery.source} has features of ${jointName(more)} too, which are not looked at: name several with --matcher`,
        )
    }
    const followed = learnt?.scores.extractor === jointFingerprint(extractors) ? learnt.scores : undefined
    if (learnt !== undefined && !learnt.isOfOthers && matcher === undefined && followed === undefined)
      warn(
        `the calibration learnt from places that ${jointName(extractors)} finds otherwise today: \`rosette calibrate\` makes it anew; until then its part about places is left out`,
      )
    const fusion = followed && {
      fusion: followed.fusion,
      config: { ...fusionOf(extractors), shortlist: followed.shortlist, sureWeight: followed.sureWeight },
    }
    let isBareTold = false
    const onBare = (photos: readonly Photo[]) => {
      if (!isBareTold) warn(bareWords(photos))
      isBareTold = true
    }
    return await use({ kind: match, extractors, threads, limitPixels, signal, known, onLocal, onBare, ...fusion })
  } finally {
    stages.stop()
    await releaseExtractors(extractors)
  }
}

/** Of photos without a place it cannot be said that their coats do not agree. */
function bareWords(photos: readonly Photo[]): string {
  const names = photos.slice(0, 3).map(({ filename }) => oneLine(filename))
  const more = photos.length > names.length ? ` … and ${photos.length - names.length} more` : ''
  return `no place of a coat was found on ${counted(photos.length, 'photo')}: ${names.join(', ')}${more}. Their masks are empty, or nothing on the animal stands out: 0 places that agree say nothing of them`
}

/** What a calibration was made with, told where it is not what would be taken without. */
function matchersOf(learnt: LearntMatching | undefined): readonly string[] | undefined {
  const { matchers } = learnt?.scores ?? {}
  if (learnt === undefined || matchers === undefined || matchers.join() === 'sift') return undefined
  if (learnt.isOfOthers) return undefined
  tell(`note: --matcher ${matchers.join(',')}, with which the calibration was made`)
  return matchers
}

/** Options of commands in which photos of two flanks may meet. */
export interface FlankFlags {
  readonly flanks?: FlankRule
}

export function flanksOption(standard: FlankRule = 'same'): Option {
  const choices: readonly FlankRule[] = ['same', 'any']
  return new Option('--flanks <which>', 'same: a photo does not meet photos of its other flank, where flanks are known')
    .choices(choices)
    .default(undefined, standard)
}
