import { type Rng, unreachable } from '../base/index.ts'
import { filled, type Shape, sizeOf, type Tensor, tensor } from '../tensor/index.ts'
import type { Init } from './scope.ts'

/** A parameter's first value. The same stream gives the same numbers; `rng` should be forked by the parameter's name. */
export function initialise(shape: Shape, init: Init, rng: Rng): Tensor<'float32'> {
  switch (init.kind) {
    case 'constant':
      return filled(shape, init.value)
    case 'truncatedNormal':
      return drawn(shape, () => truncatedNormal(rng, init.standardDeviation))
    case 'xavierUniform': {
      const [fanOut, fanIn] = [shape[0]!, sizeOf(shape.slice(1))]
      const bound = Math.sqrt(6 / (fanIn + fanOut))
      return drawn(shape, () => rng.uniform(-bound, bound))
    }
    default:
      return unreachable(init)
  }
}

function drawn(shape: Shape, draw: () => number): Tensor<'float32'> {
  return tensor('float32', shape, Float32Array.from({ length: sizeOf(shape) }, draw))
}

function truncatedNormal(rng: Rng, standardDeviation: number): number {
  for (;;) {
    const value = rng.normal(0, standardDeviation)
    if (Math.abs(value) <= 2) return value
  }
}
