import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { InputError } from '../base/index.ts'
import type { AnswerCosts } from '../calibration/index.ts'
import type { Embedder, GallerySource } from '../embedder/index.ts'
import type { CalibratedMatching, CalibrationRecord } from '../identify/index.ts'
import type { PostProcessing } from '../retrieval/index.ts'
import { inFlags } from './flag-words.ts'
import type { MatchFlags } from './match-options.ts'
import { openShare } from './numbers.ts'
import type { ModelFlags } from './options.ts'
import { warn } from './say.ts'

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
      new Option('--cost-missed-match <C>', 'what it costs to call a known animal new, in looks of a person')
        .argParser(cost)
        .default(undefined, '10: new needs a probability of 0.9'),
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

/**
 * The calibration that the flags name, else the gallery's, else the model's own; undefined where there is none. One that was found and is another
 * model's is left out, which is told. @throws InputError for a file that was named and is none, or another model's.
 */
export async function calibrationFor(
  { calibration, model }: CalibrationFlags & Pick<ModelFlags, 'model'>,
  embedder: Embedder,
  gallery?: GallerySource | undefined,
): Promise<CalibrationRecord | undefined> {
  const { calibrationFile, calibrationPlaces, checkCalibrates, olderCalibration, readCalibration } = await import(
    '../identify/index.ts'
  )
  const own = gallery?.kind === 'stored' ? [join(gallery.source, calibrationFile)] : []
  const models = model.length === 1 ? model.flatMap(calibrationPlaces) : []
  const path = calibration ?? [...own, ...models].find((place) => existsSync(place))
  if (path === undefined) return undefined
  const record = readCalibration(path)
  try {
    checkCalibrates(path, record, { name: embedder.name, fingerprint: await embedder.fingerprint() })
    const older = olderCalibration(path, record)
    if (older !== undefined) warn(older)
    return record
  } catch (error) {
    if (calibration !== undefined || !(error instanceof InputError)) throw error
    warn(`${inFlags(error.what)}: it is not followed`)
    return undefined
  }
}

/** How matched places become a score, as a calibration found; undefined where it does not know, or something else follows the cosines. */
export async function matchingFor(
  flags: CalibrationFlags & MatchFlags & Pick<ModelFlags, 'model'>,
  {
    embedder,
    gallery,
    postProcessing,
  }: {
    readonly embedder: Embedder
    readonly gallery?: GallerySource | undefined
    readonly postProcessing: PostProcessing | undefined
  },
): Promise<CalibratedMatching | undefined> {
  const { isPlain } = await import('../retrieval/index.ts')
  if (flags.match === 'none' || !isPlain(postProcessing)) return undefined
  return (await calibrationFor(flags, embedder, gallery))?.[flags.match]
}

function cost(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value > 1 && value <= 1e6))
    throw new InvalidArgumentError('Expected a number above 1: a look of a person costs 1.')
  return value
}
