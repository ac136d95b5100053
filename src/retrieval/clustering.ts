import { type Agreement, agreementOf } from './agreement.ts'
import { type AgreementInterval, agreementInterval } from './agreement-intervals.ts'
import { type NamedPhotos, type ResampleUnit, unitsOf } from './bootstrap.ts'
import type { Distances } from './distances.ts'
import type { Embeddings } from './embeddings.ts'
import { averageLinkage, cutTree, silhouette } from './linkage.ts'
import { numbered } from './resample.ts'
import { forEachCosineRow } from './similarity.ts'

/** How well photos fall into individuals without any label. */
export interface ClusteringScores {
  readonly photos: number
  readonly identities: number
  /** With as many groups as there are individuals. */
  readonly numberKnown: Agreement & AgreementIntervals
  /** With as many groups as the silhouette asks for, and how many these are. */
  readonly numberUnknown: Agreement & AgreementIntervals & { readonly groups: number }
}

/** Over individuals, and over encounters where these are known; null where there are too few to leave one out. */
export interface AgreementIntervals {
  readonly intervals: Readonly<Record<ResampleUnit, AgreementInterval | null>>
}

/** The distances of more photos take more than 64 MB. */
export const clusteredAtMost = 4000

/**
 * Groups photos by average linkage on 1 − cosine and compares the groups with the individuals: once with their number given, once with the
 * number at which the mean silhouette is highest, tried at 2, 3, … in steps of a tenth. Null for an ensemble that fuses ranks, for fewer than three photos, for individuals
 * that are one or all of one photo, where groups say nothing, and beyond `clusteredAtMost` photos.
 */
export function clusteringScores(embeddings: Embeddings, named: NamedPhotos): ClusteringScores | null {
  const own = Array.from(numbered(named.identities))
  const individuals = new Set(own).size
  const photos = own.length
  if (embeddings.fusion !== undefined) return null // ranks are no distances
  if (photos < 3 || photos > clusteredAtMost || individuals === 1 || individuals === photos) return null
  const distances = distancesOf(embeddings)
  const merges = averageLinkage(distances)
  const [byIdentity, byEncounter] = [unitsOf(named, 'identity'), unitsOf(named, 'encounter')]
  const agreement = (number: number) => {
    const groups = cutTree(merges, number)
    const identity = agreementInterval(own, groups, byIdentity)
    const encounter = named.encounters === undefined ? null : agreementInterval(own, groups, byEncounter)
    return { ...agreementOf(own, groups), intervals: { identity, encounter } }
  }
  const groups = bestNumber(distances, (number) => cutTree(merges, number))
  return {
    photos,
    identities: individuals,
    numberKnown: agreement(individuals),
    numberUnknown: { ...agreement(groups), groups },
  }
}

/** 1 − cos of every pair. */
export function distancesOf(embeddings: Embeddings): Distances {
  const n = embeddings.count
  const values = new Float64Array((n * (n - 1)) / 2)
  let at = 0
  forEachCosineRow(embeddings, embeddings, (i, similarities) => {
    for (let j = i + 1; j < n; j++) values[at++] = 1 - similarities[j]!
  })
  return { n, values }
}

/** The number of groups with the highest silhouette; of equal ones the smallest. */
function bestNumber(distances: Distances, cut: (groups: number) => number[]): number {
  let [best, highest] = [2, Number.NEGATIVE_INFINITY]
  for (let groups = 2; groups < distances.n; groups = Math.max(groups + 1, Math.round(groups * 1.1))) {
    const value = silhouette(distances, cut(groups))
    if (value > highest) [best, highest] = [groups, value]
  }
  return best
}
