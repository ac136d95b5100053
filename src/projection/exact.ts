import type { DenseAffinities } from './affinities.ts'
import { divergenceOf, type Objective } from './objective.ts'

/** t-SNE's objective over all pairs, each visited once: O(N²) a step, nothing allocated in it. */
export function exactObjective({ count, pairs }: DenseAffinities): Objective {
  const forces = new Float64Array(4 * count) // attraction x, y; repulsion x, y
  let plogp = 0
  for (const p of pairs) if (p > 0) plogp += 2 * p * Math.log(p)

  function gradient(y: Float64Array, exaggeration: number, out: Float64Array): void {
    forces.fill(0)
    let z = 0
    let at = 0
    for (let i = 0; i < count; i++) {
      const xi = y[2 * i]!
      const yi = y[2 * i + 1]!
      let attractX = 0
      let attractY = 0
      let repelX = 0
      let repelY = 0
      for (let j = i + 1; j < count; j++, at++) {
        const dx = xi - y[2 * j]!
        const dy = yi - y[2 * j + 1]!
        const w = 1 / (1 + dx * dx + dy * dy)
        z += w
        const attract = pairs[at]! * w
        const repel = w * w
        attractX += attract * dx
        attractY += attract * dy
        repelX += repel * dx
        repelY += repel * dy
        const f = 4 * j
        forces[f]! -= attract * dx
        forces[f + 1]! -= attract * dy
        forces[f + 2]! -= repel * dx
        forces[f + 3]! -= repel * dy
      }
      forces[4 * i]! += attractX
      forces[4 * i + 1]! += attractY
      forces[4 * i + 2]! += repelX
      forces[4 * i + 3]! += repelY
    }
    for (let i = 0; i < count; i++) {
      out[2 * i] = 4 * (exaggeration * forces[4 * i]! - forces[4 * i + 2]! / (2 * z))
      out[2 * i + 1] = 4 * (exaggeration * forces[4 * i + 1]! - forces[4 * i + 3]! / (2 * z))
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
