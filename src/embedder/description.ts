import { join } from 'node:path'
import * as z from 'zod'
import { check, parseStrictly, readJson, resolveBeside, sealOfJson, writeFileAtomic } from '../base/index.ts'
import { type Geometry, geometry, geometrySchema, modelInputSchema, scaledBytes } from '../images/index.ts'
import { embeddingSize, type ReIdConfig, reidSchema } from '../models/index.ts'

const count = z.int().positive()
const photo = geometrySchema.shape

const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256' })

const schema = z.strictObject({
  format: z.literal('rosette-model'),
  version: z.literal(1),
  name: z.string().min(1),
  model: z.string().min(1),
  input: modelInputSchema,
  output: z.strictObject({
    name: z.string().optional(),
    size: count,
    normalised: z.boolean(),
  }),
  preprocess: geometrySchema
    .omit({ heightPx: true, widthPx: true })
    .partial({ maskMargin: true, meanFill: true })
    .extend({ alpha: photo.alpha.default('keep'), captions: z.enum(['keep', 'crop']).optional() }),
  flipAveraging: z.enum(['inside', 'outside', 'none']),
  network: reidSchema.optional(),
  checkpoint: hash.optional(),
  sha256: z.record(z.string(), hash).optional(),
  seal: hash.optional(),
})

/**
 * What `model.json` says of the ONNX file beside it: everything between a decoded photo and an embedding.
 *
 * photo → `preprocess` (to input.heightPx × widthPx) → value = (pixel · scale − mean) / std, pixel 0 … 255, `mean` and `std` in the
 * model's own channel order → [N, H, W, 3] or [N, 3, H, W] → embedding [N, size].
 *
 * `flipAveraging`: inside: the graph averages photo and mirror image; outside: rosette does, before L2; none.
 * `network`: our own architecture, with which a checkpoint becomes a graph again.
 * `checkpoint`: SHA-256 of the run's file of weights that it was exported from in float32: the two embed alike, and share galleries.
 * `sha256`: of the ONNX file and of each file in which it keeps weights, by name. `checkModelFiles` holds the files against it.
 */
export type ModelDescription = Omit<z.output<typeof schema>, 'seal'>

/** The name of the description in a run folder and beside an exported model. */
export const descriptionFile = 'model.json'

/**
 * Reads a model.json, strictly: names must lead beside it, uint8 pixels take no scale, mean or deviation, and where it is sealed, `seal`
 * is the SHA-256 of all that it says but of the files' hashes. @throws InputError naming the file, every key that is wrong, and a seal that
 * does not fit.
 */
export function readModelDescription(path: string): ModelDescription {
  const value = readJson(path)
  const { seal, ...description } = parseStrictly(schema, value, path)
  resolveBeside(path, description.model, `${path}: model`)
  const { model, sha256 } = description
  check(sha256 === undefined || Object.hasOwn(sha256, model), `${path}: sha256: has no '${model}', which is the model`)
  const scaled = scaledBytes(description.input)
  check(scaled === undefined, `${path}: ${scaled}`, 'leave them out, or set dtype float32')
  check(
    seal === undefined || seal === sealOf(value as object),
    `${path}: seal: does not fit what the file says: it was edited or damaged`,
    'export the model again, or copy it again; where you changed it yourself, leave seal out of it',
  )
  return description
}

/** Of a description as it lies in its file. */
function sealOf(value: object): string {
  return sealOfJson(Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'sha256' && key !== 'seal')))
}

/** What of the captions is not in a description, and decides an embedding all the same. */
export function captionSetting(
  { preprocess }: ModelDescription,
  { captions }: Geometry,
): Readonly<Record<string, string>> {
  return captions === (preprocess.captions ?? 'keep') ? {} : { captions }
}

/** Writes FOLDER/model.json, whole or not at all; `sha256` and `seal` come last in it. */
export function writeModelDescription(folder: string, { checkpoint, sha256, ...rest }: ModelDescription): void {
  const made = checkpoint === undefined ? rest : { ...rest, checkpoint }
  const hashes = sha256 === undefined ? {} : { sha256 }
  writeFileAtomic(join(folder, descriptionFile), describedText({ ...made, ...hashes, seal: sealOf(made) }))
}

/** A description as it is written. */
export function describedText(description: object): string {
  return `${JSON.stringify(description, undefined, 2)}\n`
}

/** The description of a model that rosette exports: pixels in as bytes, flip averaging and L2 in the graph. */
export function describeModel(
  name: string,
  network: ReIdConfig,
  { heightPx, widthPx, ...preprocess }: Geometry,
): ModelDescription {
  return {
    format: 'rosette-model',
    version: 1,
    name,
    model: 'model.onnx',
    input: {
      name: 'pixels',
      layout: 'NHWC',
      dtype: 'uint8',
      channels: 'RGB',
      heightPx,
      widthPx,
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    output: { name: 'embedding', size: embeddingSize(network), normalised: true },
    preprocess,
    flipAveraging: 'inside',
    network: { ...network },
  }
}

/**
 * How photos become pixels for the model: size, resizing, mask and fill, as its description says. Where that does not speak of captions,
 * other programs' models see photos without them, and ours with them: they were trained before captions were left out.
 */
export function geometryOf(description: ModelDescription, captions?: Geometry['captions']): Geometry {
  const { input, preprocess, network } = description
  const { heightPx, widthPx } = input
  const { maskMargin, meanFill, ...rest } = preprocess
  return geometry({
    ...rest,
    captions: captions ?? preprocess.captions ?? (network === undefined ? 'crop' : 'keep'),
    heightPx,
    widthPx,
    ...(maskMargin === undefined ? {} : { maskMargin }),
    ...(meanFill === undefined ? {} : { meanFill }),
  })
}
