import { clamp01 } from './canvas.ts'

/** Odd number of weights that sum to 1, the middle one for the pixel itself. */
export type Kernel = Float32Array

/** exp(−d² / 2σ²), cut at 2.2 σ. */
export function gaussian(sigmaPx: number): Kernel {
  return kernel(Math.ceil(2.2 * sigmaPx), (d) => Math.exp(-0.5 * (d / sigmaPx) ** 2))
}

/** Equal weights over a length, its ends anti-aliased. */
export function line(lengthPx: number): Kernel {
  return kernel(Math.ceil(lengthPx / 2), (d) => clamp01(lengthPx / 2 - Math.abs(d) + 0.5))
}

/** A separable blur of interleaved RGB, repeating the border. */
export function blur(rgb: Float32Array, width: number, height: number, across: Kernel, down: Kernel): Float32Array {
  const rows = convolve(rgb, across, { length: width, stride: 3, lines: height, lineStride: 3 * width })
  return convolve(rows, down, { length: height, stride: 3 * width, lines: width, lineStride: 3 })
}

function kernel(reach: number, weightAt: (distance: number) => number): Kernel {
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, i) => weightAt(i - reach))
  const total = weights.reduce((sum, w) => sum + w, 0)
  return weights.map((w) => w / total)
}

interface Lines {
  readonly length: number
  readonly stride: number
  readonly lines: number
  readonly lineStride: number
}

function convolve(from: Float32Array, weights: Kernel, { length, stride, lines, lineStride }: Lines): Float32Array {
  const to = new Float32Array(from.length)
  const reach = weights.length >> 1
  for (let l = 0; l < lines; l++) {
    for (let step = 0; step < length; step++) {
      const at = l * lineStride + step * stride
      let [r, g, b] = [0, 0, 0]
      for (let w = -reach; w <= reach; w++) {
        const weight = weights[w + reach]!
        const source = l * lineStride + Math.min(length - 1, Math.max(0, step + w)) * stride
        r += weight * from[source]!
        g += weight * from[source + 1]!
        b += weight * from[source + 2]!
      }
      to[at] = r
      to[at + 1] = g
      to[at + 2] = b
    }
  }
  return to
}
