import type { DenseAffinities } from './affinities.ts'
import { divergenceOf, type Objective } from './objective.ts'

/** Of each point: x, y, attraction in x, y, repulsion in x, y. Side by side they took a third less time than in arrays of their own. */
const stride = 6

/** t-SNE's objective over all pairs, each visited once: O(N²) a step, nothing allocated in it. */
export function exactObjective({ count, pairs }: DenseAffinities): Objective {
  const state = new Float64Array(stride * count)
  let plogp = 0
  for (const p of pairs) if (p > 0) plogp += 2 * p * Math.log(p)

  function gradient(y: Float64Array, exaggeration: number, out: Float64Array): void {
    state.fill(0)
    for (let i = 0; i < count; i++) {
      state[stride * i] = y[2 * i]!
      state[stride * i + 1] = y[2 * i + 1]!
    }
    const z = 2 * addForces(state, pairs)
    for (let i = 0; i < count; i++) {
      const at = stride * i
      out[2 * i] = 4 * (exaggeration * state[at + 2]! - state[at + 4]! / z)
      out[2 * i + 1] = 4 * (exaggeration * state[at + 3]! - state[at + 5]! / z)
    }
  }

  function divergence(y: Float64Array, exaggeration: number): number {
    let z = 0
    let plogw = 0
    let at = 0
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++, at++) {
        const dx = y[2 * i]! - y[2 * j]!
        const dy = y[2 * i + 1]! - y[2 * j + 1]!
        const square = 1 + dx * dx + dy * dy
        z += 2 / square
        plogw -= 2 * pairs[at]! * Math.log(square)
      }
    }
    return divergenceOf(exaggeration, plogp, plogw, z)
  }

  return { gradient, divergence }
}

/** Adds Σ p·w·(yᵢ − yⱼ) and Σ w²·(yᵢ − yⱼ) to each point; returns Σ w over pairs. */
function addForces(state: Float64Array, pairs: Float64Array): number {
  let z = 0
  let at = 0
  for (let i = 0; i < state.length; i += stride) {
    const xi = state[i]!
    const yi = state[i + 1]!
    let attractX = 0
    let attractY = 0
    let repelX = 0
    let repelY = 0
    for (let j = i + stride; j < state.length; j += stride) {
      const dx = xi - state[j]!
      const dy = yi - state[j + 1]!
      const w = 1 / (1 + dx * dx + dy * dy)
      z += w
      const attract = pairs[at++]! * w
      const repel = w * w
      const ax = attract * dx
      const ay = attract * dy
      const rx = repel * dx
      const ry = repel * dy
      attractX += ax
      attractY += ay
      repelX += rx
      repelY += ry
      state[j + 2]! -= ax
      state[j + 3]! -= ay
      state[j + 4]! -= rx
      state[j + 5]! -= ry
    }
    state[i + 2]! += attractX
    state[i + 3]! += attractY
    state[i + 4]! += repelX
    state[i + 5]! += repelY
  }
  return z
}
