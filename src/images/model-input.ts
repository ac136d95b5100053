import * as z from 'zod'
import { check } from '../base/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { geometrySchema } from './geometry-schema.ts'

const { widthPx, heightPx } = geometrySchema.shape
const positive = z.number().positive()

/**
 * How somebody's ONNX file takes pixels, as descriptions beside such files state it: value = (pixel · scale − mean) / std with pixel
 * 0 … 255, `mean` and `std` in the model's own channel order; [N, H, W, 3] or [N, 3, H, W]. grey: one channel, 0.299 R + 0.587 G + 0.114 B (ITU-R
 * BT.601), of which `mean` and `std` say the first.
 */
export const modelInputSchema = z.strictObject({
  name: z.string().optional(),
  layout: z.enum(['NHWC', 'NCHW']),
  dtype: z.enum(['uint8', 'float32']),
  channels: z.enum(['RGB', 'BGR', 'grey']),
  heightPx,
  widthPx,
  scale: positive.default(1),
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0, 0, 0]),
  std: z.tuple([positive, positive, positive]).default([1, 1, 1]),
})

/** What a description says of a model's input. */
export type ModelInput = z.output<typeof modelInputSchema>

/** The mistake of an input of whole numbers with a scale, a mean or a deviation; undefined where there is none. */
export function scaledBytes({ dtype, scale, mean, std }: ModelInput): string | undefined {
  const plain = scale === 1 && mean.every((m) => m === 0) && std.every((s) => s === 1)
  if (dtype === 'float32' || plain) return undefined
  return 'input.dtype: uint8 pixels go in as they are, got a scale, mean or std'
}

/** What an ONNX file says of its input: name, element type, and sizes, a text where one is free. */
export interface PicturePort {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly (number | string)[]
}

/** Every point where a description of pixels disagrees with the file's input. */
export function inputMismatches(
  port: PicturePort,
  { layout, dtype, channels, heightPx, widthPx }: ModelInput,
): string[] {
  const problems: string[] = []
  const depth = channels === 'grey' ? 1 : 3
  if (port.dtype !== dtype) problems.push(`input.dtype: ${dtype}, but '${port.name}' takes ${port.dtype}`)
  const expected = layout === 'NHWC' ? [heightPx, widthPx, depth] : [depth, heightPx, widthPx]
  const sizes = port.shape.slice(1)
  if (sizes.length !== 3 || !expected.every((size, i) => typeof sizes[i] === 'string' || sizes[i] === size)) {
    const shape = `[N, ${expected.join(', ')}]`
    problems.push(`input: layout and size are ${layout} ${shape}, but '${port.name}' takes [${port.shape.join(', ')}]`)
  }
  return problems
}

/**
 * Holds a file that looks at one photo at a time against its description: the pixels of `port`, which is its only input and takes one photo.
 * @throws InputError calling the file `where`, with every mismatch.
 */
export function checkOnePhoto(
  inputs: readonly PicturePort[],
  port: PicturePort,
  input: ModelInput,
  where: string,
): void {
  const problems = inputMismatches(port, input)
  const others = inputs.filter((other) => other !== port).map(({ name }) => name)
  if (others.length > 0) problems.push(`the file has more inputs than a photo: ${others.join(', ')}`)
  const batch = port.shape[0]
  if (typeof batch === 'number' && batch > 1) problems.push(`input: expected one photo at a time, got ${batch}`)
  check(problems.length === 0, `${where}: its description does not fit it\n${problems.map((p) => `  ${p}`).join('\n')}`)
}

/**
 * Pixels uint8 [B, H, W, 3] RGB as a described model takes them: value = (pixel · scale − mean) / std with mean and std in the
 * model's channel order, NHWC or NCHW. With `mirror` left and right are swapped.
 */
export function modelInput(
  pixels: Tensor<'uint8'>,
  input: ModelInput,
  { mirror }: { readonly mirror: boolean },
): Tensor<'uint8'> | Tensor<'float32'> {
  const { layout, dtype, channels } = input
  if (channels === 'grey') return greyInput(pixels, input, mirror)
  if (dtype === 'uint8' && layout === 'NHWC' && channels === 'RGB' && !mirror) return pixels
  const [batch, height, width] = pixels.shape as [number, number, number, number]
  const shape = layout === 'NHWC' ? [batch, height, width, 3] : [batch, 3, height, width]
  const out = dtype === 'uint8' ? new Uint8Array(pixels.data.length) : new Float32Array(pixels.data.length)
  const [stepX, stepC] = layout === 'NHWC' ? [3, 1] : [1, height * width]
  const perPhoto = height * width * 3
  for (let c = 0; c < 3; c++) {
    const values = valuesOf(input, c)
    const source = channels === 'RGB' ? c : 2 - c
    for (let b = 0; b < batch; b++) {
      for (let y = 0; y < height; y++) {
        let from = b * perPhoto + y * width * 3 + source
        const row = b * perPhoto + c * stepC + y * width * stepX
        for (let x = 0; x < width; x++, from += 3) {
          out[row + (mirror ? width - 1 - x : x) * stepX] = values[pixels.data[from]!]!
        }
      }
    }
  }
  return out instanceof Uint8Array ? tensor('uint8', shape, out) : tensor('float32', shape, out)
}

/** The same of brightness alone, [B, H, W, 1] or [B, 1, H, W]. */
function greyInput(
  { shape, data }: Tensor<'uint8'>,
  input: ModelInput,
  mirror: boolean,
): Tensor<'uint8'> | Tensor<'float32'> {
  const [batch, height, width] = shape as [number, number, number, number]
  const values = valuesOf(input, 0)
  const out = input.dtype === 'uint8' ? new Uint8Array(data.length / 3) : new Float32Array(data.length / 3)
  for (let i = 0, p = 0; i < out.length; i++, p += 3) {
    const x = i % width
    const grey = Math.round(0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]!)
    out[mirror ? i + width - 1 - 2 * x : i] = values[grey]!
  }
  const size = input.layout === 'NHWC' ? [batch, height, width, 1] : [batch, 1, height, width]
  return out instanceof Uint8Array ? tensor('uint8', size, out) : tensor('float32', size, out)
}

/** What each of the 256 pixel values becomes in channel c of the model. */
function valuesOf({ scale, mean, std }: ModelInput, c: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel * scale - mean[c]!) / std[c]!)
}
