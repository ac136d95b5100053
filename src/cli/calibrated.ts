import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { InputError } from '../base/index.ts'
import type { AnswerCosts } from '../calibration/index.ts'
import type { Embedder, GallerySource } from '../embedder/index.ts'
import type { AskedAnimals, CalibrationRecord, MatchKind } from '../identify/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { inFlags } from './flag-words.ts'
import type { LearntMatching, MatchFlags } from './match-options.ts'
import { openShare } from './numbers.ts'
import type { ModelFlags } from './options.ts'
import { warn } from './say.ts'
import { type ToCalibrateFlags, toCalibrate } from './to-calibrate.ts'

/** Options of commands that follow a calibration. */
export interface CalibrationFlags {
  readonly calibration?: string
}

/** Options of commands that answer. */
export interface AnswerFlags extends CalibrationFlags {
  readonly costFalseMatch?: number
  readonly costMissedMatch?: number
  readonly newShare?: number
}

export function addCalibrationOption(command: Command): Command {
  return command
    .optionsGroup('Answers:')
    .addOption(
      new Option(
        '--calibration <FILE>',
        'the file of `rosette calibrate` that turns scores into probabilities',
      ).default(undefined, "calibration.json of the gallery, else the model's"),
    )
}

export function addAnswerOptions(command: Command): Command {
  return addCalibrationOption(command)
    .addOption(
      new Option('--cost-false-match <C>', 'what a wrong name costs, in looks of a person at a photo')
        .argParser(cost)
        .default(undefined, '10: a name needs a probability of 0.9'),
    )
    .addOption(
      new Option(
        '--cost-missed-match <C>',
        'what it costs to answer “not in the gallery” about a known animal, in looks of a person',
      )
        .argParser(cost)
        .default(undefined, '10: that answer needs a probability of 0.9'),
    )
    .addOption(
      new Option('--new-share <S>', 'the share of photos that show animals which are not in the gallery')
        .argParser(openShare)
        .default(undefined, '0.5'),
    )
}

/** What mistakes cost, as the flags say. */
export async function costsOf({ costFalseMatch, costMissedMatch }: AnswerFlags): Promise<AnswerCosts> {
  const { costDefaults } = await import('../calibration/index.ts')
  return {
    falseMatch: costFalseMatch ?? costDefaults.falseMatch,
    missedMatch: costMissedMatch ?? costDefaults.missedMatch,
  }
}

/** A calibration that is followed. */
export interface FollowedCalibration {
  readonly record: CalibrationRecord
  /** True for one that was found and seems to be of other animals: how these coats are best matched it does not say. */
  readonly isOfOthers: boolean
}

/** What is asked, and of whom. */
interface CalibrationAsked {
  readonly gallery?: GallerySource | undefined
  /** Known individuals, whom the calibration should know; undefined where nobody is named. */
  readonly animals?: AskedAnimals | undefined
}

type CalibratedFlags = CalibrationFlags & Pick<ModelFlags, 'model' | 'modelConfig'> & Partial<ToCalibrateFlags>

/**
 * The calibration that the flags name, else the gallery's, else the model's own; undefined where there is none. One that was found and is another
 * model's is left out, one that seems to be of other animals is followed for what it is; both is told. @throws InputError for a file that was named and is none,
 * or another model's.
 */
export async function calibrationFor(
  flags: CalibratedFlags,
  embedder: Embedder,
  { gallery, animals }: CalibrationAsked = {},
): Promise<FollowedCalibration | undefined> {
  const { calibration, model } = flags
  const { calibrationFile, calibrationPlaces, checkCalibrates, measuredElsewhere, olderCalibration, readCalibration } =
    await import('../identify/index.ts')
  const own = gallery?.kind === 'stored' ? [join(gallery.source, calibrationFile)] : []
  const models = model.length === 1 ? model.flatMap(calibrationPlaces) : []
  const path = calibration ?? [...own, ...models].find((place) => existsSync(place))
  if (path === undefined) return undefined
  const record = readCalibration(path)
  try {
    checkCalibrates(path, record, { name: embedder.name, fingerprint: await embedder.fingerprint() })
  } catch (error) {
    if (calibration !== undefined || !(error instanceof InputError)) throw error
    warn(`${inFlags(error.what)}: it is not followed`)
    return undefined
  }
  const older = olderCalibration(path, record)
  if (older !== undefined) warn(older)
  const elsewhere = animals && (await measuredElsewhere(record, animals))
  if (elsewhere === undefined) return { record, isOfOthers: false }
  const hasPlaces = record.local !== undefined && calibration === undefined
  const places = hasPlaces ? ', and how coats are matched is not taken from it unless --calibration names it' : ''
  warn(`${path} ${elsewhere}${places}. ${inFlags(toCalibrate(flags, gallery))} makes one for these animals`)
  return { record, isOfOthers: calibration === undefined }
}

/** How matched places become a score, as a calibration found; undefined where it does not know, or something else follows the cosines. */
export async function matchingFor(
  flags: CalibratedFlags & MatchFlags,
  {
    embedder,
    postProcessing,
    ...asked
  }: CalibrationAsked & { readonly embedder: Embedder; readonly postProcessing: PostProcessing | undefined },
): Promise<LearntMatching | undefined> {
  const { isPlain } = await import('../retrieval/index.ts')
  if (flags.match === 'none' || !isPlain(postProcessing)) return undefined
  const followed = await calibrationFor(flags, embedder, asked)
  return followed && learntBy(followed, flags.match)
}

/** What a calibration learnt of one way to match; undefined where it does not know this way. */
export function learntBy({ record, isOfOthers }: FollowedCalibration, match: MatchKind): LearntMatching | undefined {
  const scores = record[match]
  return scores && { scores, isOfOthers }
}

function cost(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value > 1 && value <= 1e6))
    throw new InvalidArgumentError('Expected a number above 1: a look of a person costs 1.')
  return value
}
