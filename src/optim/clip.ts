import { add, div, min, mul, reduceSum, sqrt, type Value } from '../graph/index.ts'

/** √Σ‖g‖² over all gradients, a scalar. */
export function globalNorm(gradients: readonly Value[]): Value {
  return sqrt(gradients.map((g) => reduceSum(mul(g, g))).reduce(add))
}

/** Gradients scaled by min(1, maximum / (norm + 1e-6)) (Pascanu et al., arXiv:1211.5063, algorithm 1; PyTorch's clip_grad_norm_). */
export function clipByGlobalNorm(gradients: readonly Value[], norm: Value, maximum: number): Value[] {
  const scale = min(div(maximum, add(norm, 1e-6)), 1)
  return gradients.map((g) => mul(g, scale))
}
