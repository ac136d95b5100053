import { Rng } from '../src/base/index.ts'
import type { Layout } from '../src/projection/index.ts'
import type { Tensor } from '../src/tensor/index.ts'

/** Points around a few centres. */
export function cloud(count: number, dim: number, { seed = 1, groups = 4, spread = 0.4 } = {}): Layout {
  const rng = new Rng(seed)
  const centres = Array.from({ length: groups * dim }, () => rng.normal())
  const data = new Float64Array(count * dim)
  for (let i = 0; i < count; i++)
    for (let d = 0; d < dim; d++) data[i * dim + d] = centres[(i % groups) * dim + d]! + spread * rng.normal()
  return { count, dim, data }
}

export function pointsOf(tensor: Tensor): Layout {
  const [count, dim] = tensor.shape as [number, number]
  return { count, dim, data: Float64Array.from(tensor.data as Float32Array) }
}
