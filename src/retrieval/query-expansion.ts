import { check } from '../base/index.ts'
import { type Embeddings, l2Normalise } from './embeddings.ts'
import type { LeftOut } from './left-out.ts'
import { type Nearest, nearestOf } from './neighbours.ts'
import { forEachCosineRow } from './similarity.ts'

/** α query expansion: how many nearest photos join a query, and how fast their weight falls with their cosine. */
export interface QueryExpansion {
  /** Weight of a neighbour: its cosine to the power of this, 0 for a plain mean. */
  readonly alpha: number
  readonly k: number
}

/** Database-side augmentation: how many nearest photos join a gallery photo. */
export interface DatabaseAugmentation {
  readonly k: number
}

/** Which photos of the gallery do not join. */
export interface Joining {
  readonly leftOut?: LeftOut | undefined
}

/**
 * q' = q + Σ max(0, cos(q, gᵢ))^α gᵢ over the k gallery photos nearest to the query, all of length 1; αQE of Radenović et al.,
 * arXiv:1711.02512, section 3.3. A query that is itself in the gallery is named by `leftOut`. Shapes as the queries'.
 * @throws InputError for a k or an α that means nothing.
 */
export function expandQueries(
  queries: Embeddings,
  gallery: Embeddings,
  { alpha, k, leftOut = () => [] }: QueryExpansion & Joining,
): Embeddings {
  checkNeighbours('query expansion', k)
  check(alpha >= 0 && alpha <= 100, `query expansion: alpha: expected a number from 0 to 100, got ${alpha}`)
  const weight = (cosine: number) => (alpha === 0 ? 1 : Math.max(0, cosine) ** alpha)
  return joined(queries, gallery, { k, leftOut }, ({ cosines }) => Float64Array.from(cosines, weight))
}

/**
 * g' = g + Σᵣ (1 − r / (k + 1)) gᵣ over the k nearest others of each gallery photo, r = 1 … k, all of length 1: Arandjelović and Zisserman
 * (CVPR 2012) with the falling weights of Gordo et al., arXiv:1610.07940, section 5.3. Shapes as the gallery's.
 * @throws InputError for a k that means nothing.
 */
export function augmentDatabase(
  gallery: Embeddings,
  { k, leftOut = () => [] }: DatabaseAugmentation & Joining,
): Embeddings {
  checkNeighbours('database augmentation', k)
  const others: LeftOut = (photo) => [photo, ...leftOut(photo)]
  return joined(gallery, gallery, { k, leftOut: others }, ({ photos }) =>
    Float64Array.from(photos, (_, at) => 1 - (at + 1) / (k + 1)),
  )
}

function checkNeighbours(where: string, k: number): void {
  check(
    Number.isInteger(k) && k >= 1 && k <= 1000,
    `${where}: k: expected a whole number of neighbours from 1 to 1000, got ${k}`,
  )
}

function joined(
  photos: Embeddings,
  gallery: Embeddings,
  { k, leftOut }: { readonly k: number; readonly leftOut: LeftOut },
  weightsOf: (nearest: Nearest) => Float64Array,
): Embeddings {
  const { dim } = photos
  const unit = l2Normalise(gallery).data
  const out = l2Normalise(photos)
  forEachCosineRow(photos, gallery, (photo, cosines) => {
    const left = new Set(leftOut(photo))
    const nearest = nearestOf(cosines, k, (other) => left.has(other))
    const weights = weightsOf(nearest)
    nearest.photos.forEach((neighbour, at) => {
      for (let d = 0; d < dim; d++) out.data[photo * dim + d]! += weights[at]! * unit[neighbour * dim + d]!
    })
  })
  return out
}
