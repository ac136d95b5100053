import { type Tensor, tensor } from '../tensor/index.ts'
import type { ModelDescription } from './description.ts'

/**
 * Pixels uint8 [B, H, W, 3] RGB as a described model takes them: value = (pixel · scale − mean) / std with mean and std in the
 * model's channel order, NHWC or NCHW. With `mirror` left and right are swapped.
 */
export function modelInput(
  pixels: Tensor<'uint8'>,
  input: ModelDescription['input'],
  { mirror }: { readonly mirror: boolean },
): Tensor<'uint8'> | Tensor<'float32'> {
  const { layout, dtype, channels } = input
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

/** What each of the 256 pixel values becomes in channel c of the model. */
function valuesOf({ scale, mean, std }: ModelDescription['input'], c: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel * scale - mean[c]!) / std[c]!)
}
