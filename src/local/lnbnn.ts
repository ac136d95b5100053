/** How a query's nearest neighbours become votes. */
export interface LnbnnOptions {
  /** Individuals whose photos a query descriptor votes for; the next one is the background that its votes are measured against. */
  readonly neighbours: number
  /** [P]: which individual each photo shows, as a number; each photo is its own where nothing is known. */
  readonly individuals?: ArrayLike<number> | undefined
  /** Photos that this query may not meet: they get no votes, and are nobody's background. */
  readonly leaveOut?: ((photo: number) => boolean) | undefined
}

/** Votes of one query for the photos of a gallery. Letters: Q descriptors of the query, P photos. */
export interface Votes {
  /** [P]: the votes for each photo, 0 or more. */
  readonly photos: Float64Array
  /** [Q]: what each descriptor's cosine must be above to count: its background. In the order of `nearest`. */
  readonly background: Float32Array
  /** By individual, of those that got any: each descriptor votes once for an individual, by its best photo. */
  readonly individuals: ReadonlyMap<number, number>
}

/** Four individuals and one for the background, as in HotSpotter. */
export const lnbnnDefaults = { neighbours: 4 } as const satisfies LnbnnOptions

/**
 * Local naive Bayes nearest neighbour (McCann and Lowe 2012; HotSpotter, Crall et al. 2013): a query descriptor votes for what it finds among its
 * `neighbours` closest individuals with the difference of squared distances d²(background) − d²(found) = 2 (cos(found) − cos(background)), the
 * background being the next closest individual. What every animal has gets next to no votes. `nearest` [P, Q] are cosines with each
 * photo's closest descriptor; where there are no more individuals than neighbours, the last one is the background. Where all photos that this query may meet
 * show one individual, the background is among the photos left out: it would be its own else, and no place would count. Where the whole gallery shows one
 * individual, each photo is its own, so that the photo with most places in common is found.
 */
export function lnbnn(nearest: Float32Array, photos: number, options: LnbnnOptions = lnbnnDefaults): Votes {
  const { neighbours, individuals, leaveOut } = options
  const queries = photos === 0 ? 0 : nearest.length / photos
  const asked = Array.from({ length: photos }, (_, photo) => photo).filter((photo) => leaveOut?.(photo) !== true)
  const votes = new Float64Array(photos)
  const background = new Float32Array(queries)
  const byIndividual = new Map<number, number>()
  const individualOf = (photo: number) => individuals?.[photo] ?? photo
  const all = Array.from({ length: photos }, (_, photo) => photo)
  const isOne = new Set(all.map(individualOf)).size < 2
  const isAlone = !isOne && new Set(asked.map(individualOf)).size < 2
  const compared = isAlone ? all : asked
  const rivalOf = isOne ? (photo: number) => photo : individualOf
  const row = new Float32Array(photos) // one descriptor's cosines, side by side
  for (let q = 0; q < queries; q++) {
    for (let photo = 0, at = q; photo < photos; photo++, at += queries) row[photo] = nearest[at]!
    const best = closestIndividuals(row, compared, rivalOf, neighbours + 1)
    const floor = best.at(-1)?.cosine ?? 1
    background[q] = floor
    for (const photo of asked) {
      const gain = 2 * (row[photo]! - floor)
      if (gain > 0) votes[photo] = votes[photo]! + gain
    }
    for (const { individual, cosine } of isOne || isAlone ? closestIndividuals(row, asked, individualOf, 1) : best)
      if (cosine > floor) byIndividual.set(individual, (byIndividual.get(individual) ?? 0) + 2 * (cosine - floor))
  }
  return { photos: votes, background, individuals: byIndividual }
}

interface Closest {
  readonly individual: number
  readonly cosine: number
}

/** The `most` individuals with the closest photos, the closest first; of equal ones the first photo's. */
function closestIndividuals(
  cosines: Float32Array,
  asked: readonly number[],
  individualOf: (photo: number) => number,
  most: number,
): Closest[] {
  const best: Closest[] = []
  for (const photo of asked) {
    const cosine = cosines[photo]!
    if (best.length === most && cosine <= best[most - 1]!.cosine) continue
    const individual = individualOf(photo)
    const known = best.findIndex((one) => one.individual === individual)
    if (known !== -1 && best[known]!.cosine >= cosine) continue
    if (known !== -1) best.splice(known, 1)
    const place = best.findIndex((one) => cosine > one.cosine)
    best.splice(place === -1 ? best.length : place, 0, { individual, cosine })
    if (best.length > most) best.pop()
  }
  return best
}
