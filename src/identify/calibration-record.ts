import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { check, counted, parseStrictly, readJson, readSealedJson, writeSealedJson } from '../base/index.ts'
import { fewestForSteps, neverContradicts } from '../calibration/index.ts'
import { areOwnMatchers } from '../local/index.ts'
import { runNames } from '../run/index.ts'
import { animalsSchema } from './calibrated-animals.ts'

/** The name of a calibration in a model's folder, in a gallery, or beside an ONNX file: there it is found by itself. */
export const calibrationFile = runNames.calibration

const number = z.number()
const share = z.number().min(0).max(1)
const count = z.number().min(0)
const between = z.number().gt(0).lt(1)

const curveSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('logistic'),
    slope: z.number().min(0),
    intercept: number,
    scale: z.literal('toOne').optional(),
  }),
  z
    .strictObject({
      kind: z.literal('isotonic'),
      scores: z.array(number).min(1).readonly(),
      probabilities: z.array(share).min(1).readonly(),
    })
    .refine(({ scores, probabilities }) => scores.length === probabilities.length, {
      error: 'expected a probability for each score',
    })
    .refine(({ scores, probabilities }) => isRising(scores) && isRising(probabilities), {
      error: 'expected scores and probabilities that rise',
    }),
])

const fusionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('embedding') }),
  z.strictObject({ kind: z.literal('local') }),
  z.strictObject({ kind: z.literal('additive'), weight: share }),
  z.strictObject({ kind: z.literal('mean'), embedding: curveSchema, local: curveSchema }),
  z.strictObject({
    kind: z.literal('pairHead'),
    intercept: number,
    coefficients: z
      .array(number)
      .refine(({ length }) => length > 1 && length % 5 === 1, { error: 'expected 1 + 5 for each matcher' })
      .readonly(),
  }),
])

const measuredSchema = z.strictObject({
  /** Questions: each photo asked with its individual in the gallery, and without it. */
  known: count,
  absent: count,
  individuals: count,
  folds: count,
  rank1: share,
  identityBalancedMap: share,
  /** Of the likeliest individual's probability, and of a pair's. */
  ece: share,
  pairEce: share,
  bins: z.array(z.strictObject({ low: share, high: share, count, probability: share, right: share })).readonly(),
  /** Of the questions with the individual away, those that got a name with a probability above 0.9. */
  absentNamed: count,
  /** How well new animals are noticed (`newAnimalsOf`); files of an earlier rosette do not say. */
  newAnimals: z
    .strictObject({
      auroc: share,
      bins: z
        .array(z.strictObject({ low: share, high: share, newKnown: count, newAbsent: count, namedAbsent: count }))
        .readonly(),
    })
    .optional(),
})

const sourceSchema = z.strictObject({
  fusion: fusionSchema,
  curve: curveSchema,
  /** Share of pairs of one individual that the curve was fitted on. */
  prior: between,
  answers: z.strictObject({
    ...{ shift: number, slope: z.number().min(0), cohort: number, photos: number },
    /** Files of an earlier rosette do not say. */
    second: z.number().min(0).optional(),
  }),
  /** On individuals that were not fitted on; null where there were too few to hold any out. */
  measured: measuredSchema.nullable(),
})

const gainSchema = z.strictObject({ difference: number, interval: z.tuple([number, number]).readonly() })

/** Of scores in which places of the coat take part: how these were matched, and what that brings. */
const matchedSchema = sourceSchema.extend({
  /** What found the places, as `jointFingerprint` has it. */
  extractor: z.string(),
  /** Their names, where rosette brings all of them: they are taken again unless others are named. */
  matchers: z
    .array(z.string())
    .min(1)
    .readonly()
    .refine(areOwnMatchers, { error: 'expected matchers that rosette brings: a file is named on the command line' })
    .optional(),
  /** How many photos were verified, and how their matches became scores: `FusionConfig` of the room local. */
  shortlist: z.int().min(1),
  sureWeight: z
    .number({ error: 'expected a number, which an earlier rosette left out: `calibrateModel()` makes it anew' })
    .positive(),
  /** What it brings beside the embedding alone, on individuals that did not choose; and whether that is above 0. */
  gain: gainSchema,
  better: z.boolean(),
  /** Why nothing could be proven, whatever the numbers are; left out otherwise. */
  tooFew: z.string().optional(),
})

const contentSchema = z.strictObject({
  format: z.literal('rosette-calibration'),
  version: z.literal(1),
  model: z.strictObject({
    name: z.string(),
    /** SHA-256 of all that decides its embeddings. */
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256' }),
  }),
  fittedOn: z.strictObject({
    data: z.string(),
    gallery: z.string().nullable(),
    /** Of names, labels and bytes of the photos. */
    dataHash: z.string(),
    protocol: z.string(),
    photos: count,
    individuals: count,
    pairs: count,
    prior: between,
    photosPerIndividual: count,
    /** Of the photos those that the model was trained on, as far as that is known. */
    trainedOn: count.default(0),
    /** Queries and gallery; files of an earlier rosette do not say. */
    animals: animalsSchema.optional(),
  }),
  embedding: sourceSchema,
  /** Places of the coat alone; absent where they were not matched. */
  local: matchedSchema.optional(),
  /** Similarities with places of the coat, by the best of the ways that were tried; absent where they were not matched. */
  fused: matchedSchema
    .extend({ tried: z.array(z.strictObject({ kind: z.string(), rank1: share, identityBalancedMap: share })) })
    .optional(),
})

/** What a calibration file says: probabilities of one model's scores, what they were fitted on, and how often they held. */
export type CalibrationRecord = Readonly<z.output<typeof contentSchema>>

/** How scores of one kind become probabilities: of embeddings, of places of the coat, or of both fused. */
export type CalibratedScores = CalibrationRecord['embedding']

/** Of scores in which places of the coat take part, alone or fused with similarities: also how these were matched. */
export type CalibratedMatching = NonNullable<CalibrationRecord['local']>

/**
 * Where a model's calibration is looked for, the first that is there: in its folder; of an ONNX file as `x.calibration.json` beside `x.onnx`, or
 * `calibration.json` in the same folder, where other files may lie as well.
 */
export function calibrationPlaces(model: string): readonly [string, ...string[]] {
  if (statSync(model, { throwIfNoEntry: false })?.isDirectory() === true) return [join(model, calibrationFile)]
  const stem = join(dirname(model), basename(model).replace(/\.onnx$/i, ''))
  return [`${stem}.${calibrationFile}`, join(dirname(model), calibrationFile)]
}

/** Writes a calibration, sealed by its own hash, whole or not at all. @throws InputError for numbers that are none, which JSON could not hold. */
export function writeCalibration(path: string, record: CalibrationRecord): void {
  writeSealedJson(path, parseStrictly(contentSchema, record, path), 1)
}

/** The calibration of a file, checked. @throws InputError where the file is missing, was damaged or edited, or says something else than a calibration, naming each mistake. */
export function readCalibration(path: string): CalibrationRecord {
  check(existsSync(path), `${path}: no such file`, '`calibrateModel()` makes one')
  return readSealedJson(path, contentSchema, { hint: '`calibrateModel()` makes it anew', mayLackSeal: true })
}

/**
 * That a calibration was made by an older rosette and answers otherwise than one that is made today, in words; undefined where it does not. Told by what it
 * holds: the format is the same.
 */
export function olderCalibration(
  path: string,
  { embedding, local, fused, fittedOn }: CalibrationRecord,
): string | undefined {
  const sources = [embedding, local, fused].flatMap((source) => source ?? [])
  const hasSteps = sources.some(({ curve }) => curve.kind === 'isotonic')
  const isUnsealed = !z.looseObject({ sha256: z.string() }).safeParse(readJson(path)).success
  const why = sources.some(({ fusion }) => !neverContradicts(fusion))
    ? 'by it more places that agree can make a match less likely'
    : hasSteps && fittedOn.individuals < fewestForSteps
      ? `its curve has steps, for which ${counted(fittedOn.individuals, 'individual is', 'individuals are')} too few`
      : isUnsealed && local?.curve.kind === 'isotonic'
        ? 'its probabilities of places of the coat were learnt otherwise'
        : fittedOn.animals === undefined
          ? 'it does not say on which animals'
          : sources.some(({ answers }) => answers.second === undefined)
            ? 'it does not know what a second photo of an animal says'
            : undefined
  return why && `${path}: was made by an older rosette, and ${why}: \`calibrateModel()\` makes it anew`
}

/** Nothing for the model that a calibration was fitted for. @throws InputError where a calibration is another model's: its scores are other scores. */
export function checkCalibrates(path: string, { model }: CalibrationRecord, asked: CalibrationRecord['model']): void {
  check(
    model.fingerprint === asked.fingerprint,
    `${path}: was fitted for ${model.name} (${model.fingerprint.slice(0, 12)}), and this model is ${asked.name} (${asked.fingerprint.slice(0, 12)})`,
    'scores of two models, or of one with other averaging or precision, cannot share a calibration: `calibrateModel()` makes one for this model',
  )
}

function isRising(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value >= values[i - 1]!)
}
