import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { check, InputError, nearest, parseStrictly, readJson, resolveBeside } from '../base/index.ts'
import { geometrySchema, modelInputSchema, scaledBytes } from '../images/index.ts'
import { locatorPresets } from './presets.ts'

const share = z.number().min(0).max(1)
const activation = z.enum(['none', 'sigmoid', 'softmax'])
const word = z.string().min(1)

const segmenterSchema = z.strictObject({
  kind: z.literal('segmenter'),
  /** The output to read; the first unless given. */
  name: z.string().optional(),
  /** What makes probabilities of its numbers: softmax over the channels. */
  activation: activation.default('none'),
  /** Of an output with several channels: the one that is no animal. */
  background: z.int().min(0).optional(),
  /** From which probability on a pixel is the animal. */
  threshold: share.default(0.5),
  /** What is added to the box of a mask on each side, as a part of its width and height. */
  margin: z.number().min(0).max(1).default(0.05),
})

const detectorSchema = z.strictObject({
  kind: z.literal('detector'),
  /**
   * yolov5: rows [cx, cy, w, h, objectness, classes …]; yolov8: the same without objectness, columns or rows; yolo-nms: rows
   * [x1, y1, x2, y2, confidence, class]; detr: an output of logits and one of boxes [cx, cy, w, h].
   */
  format: z.enum(['yolov5', 'yolov8', 'yolo-nms', 'detr']),
  /** The output to read; the only one unless given. */
  name: z.string().optional(),
  /** For detr: the outputs of classes and of boxes. */
  logits: z.string().default('logits'),
  boxes: z.string().default('pred_boxes'),
  /** What makes probabilities of the classes' numbers. After a softmax, as DETR has it, the last class is nothing. */
  activation: activation.default('none'),
  /** Of the boxes: pixels of the input, or fractions of its sides. */
  unit: z.enum(['pixels', 'fractions']).default('pixels'),
  classes: z.array(word).min(1),
  /** Which of the classes are animals; all but people and vehicles unless given. */
  animals: z.array(word).optional(),
  /** How sure a detection must be. */
  threshold: share.default(0.2),
  /** Of two boxes of one class that overlap more (intersection over union) the less sure one is left out; null: none is. */
  overlap: share.nullable().default(0.45),
  margin: z.number().min(0).max(1).default(0),
})

const preprocessSchema = z.strictObject({
  resize: z.enum(['squash', 'letterbox']),
  kernel: geometrySchema.shape.kernel.default('bilinear'),
  /** The colour of a letterbox's bars, and under transparent pixels. */
  bars: geometrySchema.shape.meanFill.default([0, 0, 0]),
})

const schema = z.strictObject({
  format: z.literal('rosette-locator'),
  version: z.literal(1),
  name: word,
  model: word,
  input: modelInputSchema,
  preprocess: preprocessSchema,
  output: z.discriminatedUnion('kind', [segmenterSchema, detectorSchema]),
})

/**
 * What stands beside an ONNX file that finds animals: how a photo becomes its input, and what its outputs mean. A segmenter gives for
 * each pixel how likely it is the animal; a detector gives boxes with classes.
 */
export type LocatorDescription = z.output<typeof schema>

/** Of a segmenter: which output, and what becomes of its numbers. */
export type SegmenterOutput = z.output<typeof segmenterSchema>

/** Of a detector: how its boxes are written, and which of its classes are animals. */
export type DetectorOutput = z.output<typeof detectorSchema>

/** The name of a description that stands beside several files, and tells which it means. */
const sharedName = 'locate.json'

const hint = 'docs/locate.md tells what stands in it'

/**
 * The description of an ONNX file: of `config`, a file or the name of a preset; else `x.locate.json` beside `x.onnx`, or `locate.json`
 * beside it. @throws InputError where there is none, and with every mistake in it.
 */
export function describeLocator(onnx: string, config?: string): LocatorDescription {
  if (config !== undefined && !existsSync(config)) return presetFor(onnx, config)
  const own = onnx.replace(/\.onnx$/i, '.locate.json')
  const shared = join(dirname(onnx), sharedName)
  const path = config ?? [own, shared].find((one) => existsSync(one))
  if (path === undefined)
    throw new InputError(
      `${onnx}: no description of how it finds animals`,
      `write ${basename(own)} beside it, or name one with \`locateConfig\`: a file, or a preset (${presetNames.join(', ')}); ${hint}`,
    )
  const description = readLocatorDescription(path)
  check(
    config !== undefined || path === own || description.model === basename(onnx),
    `${onnx}: ${shared} beside it describes ${description.model}`,
    `name the description with \`locateConfig\`, or put it into ${basename(own)}`,
  )
  return description
}

const presetNames = Object.keys(locatorPresets)

function presetFor(onnx: string, name: string): LocatorDescription {
  const model = basename(onnx)
  return withPreset({ format: 'rosette-locator', version: 1, preset: name, model }, '`locateConfig`')
}

/** Reads a description, strictly. @throws InputError naming the file and every key that is wrong. */
export function readLocatorDescription(path: string): LocatorDescription {
  const description = withPreset(readJson(path), path)
  resolveBeside(path, description.model, `${path}: model`)
  return description
}

/** What `given` says, over what the preset that it names says, section by section. */
function withPreset(given: unknown, where: string): LocatorDescription {
  const { preset, ...said } = isRecord(given) ? given : { preset: undefined }
  const merged = preset === undefined ? given : overPreset(preset, said, where)
  const description = parseStrictly(schema, merged, where)
  const scaled = scaledBytes(description.input)
  check(scaled === undefined, `${where}: ${scaled}`, 'leave them out, or set dtype float32')
  checkAnimals(description, where)
  return description
}

function overPreset(name: unknown, said: Readonly<Record<string, unknown>>, where: string): object {
  const known = Object.entries(locatorPresets).find(([key]) => key === name)
  if (known === undefined) {
    const near = typeof name === 'string' ? nearest(name, presetNames) : undefined
    const meant = near === undefined ? '' : `did you mean ${near}? `
    throw new InputError(
      `${where}: '${String(name)}' is neither a file nor a preset`,
      `${meant}presets are ${presetNames.join(', ')}`,
    )
  }
  const preset: Readonly<Record<string, unknown>> = known[1]
  const sections = Object.entries({ ...preset, ...said }).map(([key, value]) => {
    const under = preset[key]
    if (!isRecord(under) || !isRecord(value)) return [key, value] as const
    // the preset's animals are of its own classes
    const { animals: _, ...ofOtherClasses } = under
    return [key, { ...('classes' in value ? ofOtherClasses : under), ...value }] as const
  })
  return { name: known[0], ...Object.fromEntries(sections) }
}

function checkAnimals({ output }: LocatorDescription, where: string): void {
  if (output.kind !== 'detector') return
  const { classes, animals = [] } = output
  const unknown = animals.filter((name) => !classes.includes(name))
  check(unknown.length === 0, `${where}: output.animals: no classes of these names: ${unknown.join(', ')}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
