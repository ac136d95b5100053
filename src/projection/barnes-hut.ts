import type { SparseAffinities } from './affinities.ts'
import { divergenceOf, type Objective } from './objective.ts'
import { quadtree } from './quadtree.ts'

/**
 * t-SNE's objective with attraction among near neighbours only and repulsion from cells of a quadtree (van der Maaten,
 * arXiv:1301.3342): O(N·log N) a step.
 */
export function barnesHutObjective({ count, starts, columns, values }: SparseAffinities, theta: number): Objective {
  const tree = quadtree(count)
  const repulsion = new Float64Array(2 * count)
  let plogp = 0
  for (const p of values) if (p > 0) plogp += p * Math.log(p)

  function gradient(y: Float64Array, exaggeration: number, out: Float64Array): void {
    tree.build(y)
    const z = tree.repulsion(y, theta * theta, repulsion)
    for (let i = 0; i < count; i++) {
      const xi = y[2 * i]!
      const yi = y[2 * i + 1]!
      let attractX = 0
      let attractY = 0
      for (let n = starts[i]!; n < starts[i + 1]!; n++) {
        const j = columns[n]!
        const dx = xi - y[2 * j]!
        const dy = yi - y[2 * j + 1]!
        const attract = values[n]! / (1 + dx * dx + dy * dy)
        attractX += attract * dx
        attractY += attract * dy
      }
      out[2 * i] = 4 * (exaggeration * attractX - repulsion[2 * i]! / z)
      out[2 * i + 1] = 4 * (exaggeration * attractY - repulsion[2 * i + 1]! / z)
    }
  }

  function divergence(y: Float64Array, exaggeration: number): number {
    tree.build(y)
    const z = tree.repulsion(y, theta * theta, repulsion)
    let plogw = 0
    for (let i = 0; i < count; i++) {
      for (let n = starts[i]!; n < starts[i + 1]!; n++) {
        const dx = y[2 * i]! - y[2 * columns[n]!]!
        const dy = y[2 * i + 1]! - y[2 * columns[n]! + 1]!
        plogw -= values[n]! * Math.log(1 + dx * dx + dy * dy)
      }
    }
    return divergenceOf(exaggeration, plogp, plogw, z)
  }

  return { gradient, divergence }
}
