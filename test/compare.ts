import { expect } from 'vitest'
import { showShape } from '../src/graph/index.ts'
import type { Tensor } from '../src/tensor/index.ts'
import type { Tolerance } from './tolerances.ts'

/** Fails, naming the worst element, unless shapes are equal and all numbers are within the tolerance. */
export function expectClose(what: string, actual: Tensor, expected: Tensor, { rtol, atol }: Tolerance): void {
  expect(showShape(actual.shape), `${what}: shape`).toBe(showShape(expected.shape))
  expect(actual.data.length, `${what}: elements`).toBe(expected.data.length)
  let worst = 0
  let at = 0
  for (let i = 0; i < actual.data.length; i++) {
    const excess = excessOf(Number(actual.data[i]), Number(expected.data[i]), rtol, atol)
    if (excess > worst) {
      worst = excess
      at = i
    }
  }
  const detail = `element ${at}: ${actual.data[at]}, expected ${expected.data[at]}`
  expect(worst, `${what}: ${detail}; difference in units of the tolerance`).toBeLessThanOrEqual(1)
}

/** The difference in units of what is allowed. */
function excessOf(a: number, b: number, rtol: number, atol: number): number {
  if (Object.is(a, b) || a === b) return 0
  const excess = Math.abs(a - b) / (atol + rtol * Math.abs(b))
  return Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess
}
