import {
  add,
  concat,
  depthwiseConv as depthwise,
  mul,
  pad,
  reshape,
  slice,
  staticDim,
  transpose,
  type Value,
} from '../graph/index.ts'
import { applyLinear, foldedBias, type LinearOptions, linearDefaults } from './linear.ts'
import { type NormConfig, normAffine, normalise } from './norm.ts'
import { type Scope, zeroInit } from './scope.ts'

/** Depthwise k×k convolution with bias, stride 1, same size: x [B, H, W, C] → [B, H, W, C]. Weight [C, 1, k, k]. */
export function depthwiseConv(scope: Scope, x: Value, kernel: number): Value {
  const channels = staticDim(x.shape[3])
  const weight = scope.param('weight', [channels, 1, kernel, kernel], linearDefaults.init)
  const bias = scope.param('bias', [channels], zeroInit)
  return add(depthwise(x, weight, (kernel - 1) / 2), bias)
}

/**
 * k×k convolution with stride k, which cuts the picture into patches: x [B, H, W, C] → [B, H/k, W/k, out]. Rows and columns that
 * fill no patch are left out, as PyTorch does. Weight [out, C, k, k]. With `norm`, x is normalised first (its parameters in
 * `normScope`), scale and shift folded into the weight.
 */
export function patchify(scope: Scope, x: Value, kernel: number, options: LinearOptions): Value {
  const { patches, weight, bias } = patchWeights(scope, x, kernel, options)
  return applyLinear(patches, { weight: flatKernel(weight), bias })
}

/** Normalisation, then patchify: scale and shift act on the kernel, as in `normLinear`. */
export function normPatchify(
  normScope: Scope,
  scope: Scope,
  x: Value,
  kernel: number,
  options: LinearOptions & { readonly norm: NormConfig },
): Value {
  const channels = staticDim(x.shape[3])
  const { weight: gamma, bias: beta } = normAffine(normScope, channels, options.norm)
  const { patches, weight, bias } = patchWeights(scope, normalise(x, options.norm), kernel, options)
  const scaled = scope.once('folded.weight', () => flatKernel(mul(weight, reshape(gamma, [channels, 1, 1]))))
  const shift = beta === undefined ? undefined : tile(beta, kernel * kernel)
  const folded =
    shift === undefined
      ? bias
      : scope.once('folded.bias', () => foldedBias({ weight: flatKernel(weight), bias }, shift))
  return applyLinear(patches, { weight: scaled, bias: folded })
}

/** 3×3 convolution, stride 2, padding 1: x [B, H, W, C] → [B, ⌈H/2⌉, ⌈W/2⌉, out]. Weight [out, C, 3, 3]. */
export function stridedConv3(scope: Scope, x: Value, options: LinearOptions): Value {
  const [b, h, w, c] = [x.shape[0]!, staticDim(x.shape[1]), staticDim(x.shape[2]), staticDim(x.shape[3])]
  const [oh, ow] = [Math.ceil(h / 2), Math.ceil(w / 2)]
  const weight = scope.param('weight', [options.features, c, 3, 3], linearDefaults.init)
  const bias = scope.param('bias', [options.features], zeroInit)
  const rowsPadded = pad(x, 1, 1, 2 * oh + 1 - h)
  const padded = pad(rowsPadded, 2, 1, 2 * ow + 1 - w) // [B, 2·oh + 2, 2·ow + 2, C]
  const phases = reshape(padded, [b, oh + 1, 2, ow + 1, 2, c])
  const taps: Value[] = []
  for (let u = 0; u < 3; u++) {
    const rows = slice(slice(phases, 2, u % 2, (u % 2) + 1), 1, u >> 1, (u >> 1) + oh)
    for (let v = 0; v < 3; v++) {
      const tap = slice(slice(rows, 4, v % 2, (v % 2) + 1), 3, v >> 1, (v >> 1) + ow)
      taps.push(reshape(tap, [b, oh, ow, c]))
    }
  }
  return applyLinear(concat(taps, 3), { weight: flatKernel(weight), bias }) // [B, oh, ow, 9·C] · [9·C, out]
}

function patchWeights(scope: Scope, x: Value, kernel: number, { features, bias = true }: LinearOptions) {
  const [b, h, w, c] = [x.shape[0]!, staticDim(x.shape[1]), staticDim(x.shape[2]), staticDim(x.shape[3])]
  const [rows, columns] = [Math.floor(h / kernel), Math.floor(w / kernel)]
  const whole = slice(slice(x, 1, 0, rows * kernel), 2, 0, columns * kernel)
  const grid = reshape(whole, [b, rows, kernel, columns, kernel, c])
  const patches = reshape(transpose(grid, [0, 1, 3, 2, 4, 5]), [b, rows, columns, kernel * kernel * c])
  return {
    patches,
    weight: scope.param('weight', [features, c, kernel, kernel], linearDefaults.init),
    bias: bias ? scope.param('bias', [features], zeroInit) : undefined,
  }
}

/** [out, C, k, k] → [out, k·k·C], the order in which a patch holds its pixels. */
function flatKernel(weight: Value): Value {
  return reshape(transpose(weight, [0, 2, 3, 1]), [weight.shape[0]!, -1])
}

function tile(row: Value, times: number): Value {
  return concat(Array.from({ length: times }, () => row))
}
