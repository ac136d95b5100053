import { invariant } from '../base/index.ts'
import { batchNormDefaults } from '../nn/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'

/** A trained neck as it infers: y = A·x + b; A a matrix [E, D], or its diagonal [D] where nothing projects. */
export interface AffineNeck {
  readonly matrix: Tensor<'float32'>
  readonly bias: Tensor<'float32'>
}

/** Projection and batch norm, by the names `neck` gives them, folded in float64: s = γ / √(var + eps), A = s∘W, b = s∘(b₀ − mean) + β. */
export function affineNeck(tensors: ReadonlyMap<string, Tensor>): AffineNeck {
  const numbers = (name: string) => {
    const found = tensors.get(name)
    return found && Array.from(found.data, Number)
  }
  const [gamma, mean, variance] = ['weight', 'running_mean', 'running_var'].map((name) => numbers(`neck.${name}`))
  invariant(gamma !== undefined && mean !== undefined && variance !== undefined, 'a neck has scale and statistics')
  const beta = numbers('neck.bias')
  const offset = numbers('projection.bias')
  const scale = gamma.map((g, i) => g / Math.sqrt(variance[i]! + batchNormDefaults.eps))
  const bias = scale.map((s, i) => s * ((offset?.[i] ?? 0) - mean[i]!) + (beta?.[i] ?? 0))
  const weight = tensors.get('projection.weight')
  if (weight === undefined) return { matrix: float32([scale.length], scale), bias: float32([bias.length], bias) }
  const [rows, columns] = weight.shape as [number, number]
  const data = Float32Array.from(weight.data as Float32Array, (w, i) => w * scale[Math.floor(i / columns)]!)
  return { matrix: float32([rows, columns], data), bias: float32([rows], bias) }
}
