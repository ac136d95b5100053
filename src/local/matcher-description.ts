import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import * as z from 'zod'
import { check, InputError, parseStrictly, readJson, resolveBeside } from '../base/index.ts'
import { modelInputSchema, scaledBytes } from '../images/index.ts'
import { matcherPresets } from './matcher-presets.ts'

const count = z.int().positive()
const word = z.string().min(1)

const keypointsSchema = z.strictObject({
  kind: z.literal('keypoints'),
  /** The output with x and y of each keypoint, [1, K, 2] or [K, 2]. */
  keypoints: word,
  /** How they are written: pixels of the input, whole numbers at their centers; fractions of its sides; −1 to 1 from center to center. */
  coordinates: z.enum(['pixels', 'fractions', 'minus-one-to-one']).default('pixels'),
  order: z.enum(['xy', 'yx']).default('xy'),
  /** The output with how sure each is, [1, K] or [K]; without one the first are the surest. */
  scores: word.optional(),
  /** Keypoints below it are left out. */
  threshold: z.number().default(0),
  /** The output with the descriptors: [1, K, D] or [K, D], with `transposed` [1, D, K] or [D, K]. */
  descriptors: word,
  transposed: z.boolean().default(false),
  /** D. */
  size: count,
})

const mapSchema = z.strictObject({
  kind: z.literal('map'),
  /** The output to read; the only one unless given. */
  name: word.optional(),
  /** NCHW: [1, D, rows, columns]; NHWC: [1, rows, columns, D]; tokens: [1, T, D], those of the picture last, row by row. */
  layout: z.enum(['NCHW', 'NHWC', 'tokens']),
  /** Of tokens: pixels of a patch's side. */
  patchPx: count.optional(),
  /** D. */
  size: count,
})

const schema = z.strictObject({
  format: z.literal('rosette-matcher'),
  version: z.literal(1),
  name: word,
  model: word,
  input: modelInputSchema,
  output: z.discriminatedUnion('kind', [keypointsSchema, mapSchema]),
  /** Places of a photo that are kept: the surest keypoints, or cells spread over the animal. */
  keypoints: count.max(10_000).default(400),
  matching: z
    .strictObject({
      /** d(nearest) / d(second nearest) up to which a match is clear; 1 takes all mutual nearest neighbours. */
      ratio: z.number().positive().max(1).default(1),
      /** The sum of votes at which a score is 15/16. */
      sureWeight: z.number().positive().default(0.05),
      /** What these places count beside those that other matchers find, RootSIFT's being 1; a quarter unless given. */
      jointShare: z.number().positive().optional(),
    })
    .prefault({}),
})

/**
 * What stands beside an ONNX file that describes places of a photo: how a photo becomes its input, and what its outputs mean. Keypoints with descriptors, or
 * a map of features, each cell of which is a place.
 */
export type MatcherDescription = z.output<typeof schema>

/** Of a network that finds keypoints. */
export type KeypointsOutput = z.output<typeof keypointsSchema>

/** Of a network that gives a feature map. */
export type MapOutput = z.output<typeof mapSchema>

/**
 * The description of an ONNX file: of `config`, a file or the name of a preset; else `x.matcher.json` beside `x.onnx`.
 * @throws InputError where there is none, and with every mistake in it.
 */
export function describeMatcher(onnx: string, config?: string): MatcherDescription {
  if (config !== undefined && !existsSync(config)) {
    const given = { format: 'rosette-matcher', version: 1, preset: config, model: basename(onnx) }
    return parsed(given, '`matcherConfig`')
  }
  const own = onnx.replace(/\.onnx$/i, '.matcher.json')
  const path = config ?? (existsSync(own) ? own : undefined)
  if (path === undefined)
    throw new InputError(
      `${onnx}: no description of how it describes places`,
      `write ${basename(own)} beside it, or name one with \`matcherConfig\`: a file, or a preset (${presetNames.join(', ')}); docs/local-matching.md tells what stands in it`,
    )
  const description = parsed(readJson(path), path)
  resolveBeside(path, description.model, `${path}: model`)
  return description
}

const presetNames = Object.keys(matcherPresets)

/** What `given` says, over what the preset that it names says, section by section. */
function parsed(given: unknown, where: string): MatcherDescription {
  const description = parseStrictly(schema, isRecord(given) ? overPreset(given, where) : given, where)
  const { input, output } = description
  const scaled = scaledBytes(input)
  check(scaled === undefined, `${where}: ${scaled}`, 'leave them out, or set dtype float32')
  if (output.kind === 'map' && output.layout === 'tokens') {
    const { patchPx = 0 } = output
    const fits = patchPx > 0 && input.heightPx % patchPx === 0 && input.widthPx % patchPx === 0
    check(fits, `${where}: output.patchPx: expected a part of the input's height and width, got ${output.patchPx}`)
  }
  return description
}

function overPreset({ preset, ...said }: Readonly<Record<string, unknown>>, where: string): object {
  if (preset === undefined) return said
  const known = Object.entries(matcherPresets).find(([name]) => name === preset)
  check(
    known !== undefined,
    `${where}: '${String(preset)}' is neither a file nor a preset`,
    `presets are ${presetNames.join(', ')}`,
  )
  const [name, sections]: readonly [string, Readonly<Record<string, unknown>>] = known
  const merged = Object.entries({ ...sections, ...said }).map(([key, value]) => {
    const under = sections[key]
    return [key, isRecord(under) && isRecord(value) ? { ...under, ...value } : value] as const
  })
  return { name, ...Object.fromEntries(merged) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
