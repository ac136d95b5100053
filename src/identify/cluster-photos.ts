import { check, counted } from '../base/index.ts'
import type { Photo, Side } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { averageLinkage, bestCutHeight, cutAtHeight, groupFits, pickRows } from '../retrieval/index.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { type CutRange, rangeAround } from './cut-range.ts'
import { type Decision, decidedPairs } from './decisions.ts'
import { type FlankRule, sidesOf } from './flanks.ts'
import type { MatchKind } from './local-matching.ts'
import { checkCount, pairDistances } from './pair-distances.ts'
import { type PairToDecide, pairsToDecide } from './pairs-to-decide.ts'
import type { PlacesAmong } from './places-among.ts'
import { knownPhotos } from './rows.ts'

/** How individuals are proposed. */
export interface ClusterOptions {
  /** What makes probabilities of similarities; plain cosines unless given. */
  readonly scores?: CalibratedScores | undefined
  /** The mean score of two groups from which on they are one individual; a probability of 0.5 unless given. */
  readonly threshold?: number | undefined
  /** Photos of known individuals, on which the threshold is chosen. */
  readonly labelled?: PhotoEmbeddings | undefined
  /** How alike photos are by places of the coat (`placesAmong`), in place of a calibration: of the photos, and of the labelled ones where there are any. */
  readonly places?: { readonly photos: PlacesAmong; readonly labelled?: PlacesAmong | undefined } | undefined
  /** What people have decided of pairs. */
  readonly decisions?: readonly Decision[] | undefined
  /** same: photos of two flanks are not linked by their looks; the default. */
  readonly flanks?: FlankRule | undefined
  /** How many pairs near the threshold to list for a person; none unless given. */
  readonly toDecide?: number | undefined
}

/** A photo, and the individual that it is proposed to show. Scores are means over photos that it may be compared with. */
export interface ClusteredPhoto {
  readonly photo: Photo
  /** From 1, the individual with the most photos. */
  readonly cluster: number
  /** With the others of its cluster; undefined for a photo alone. */
  readonly score?: number | undefined
  /** The most similar other cluster. */
  readonly nearest?: { readonly cluster: number; readonly score: number } | undefined
  /** Whether its cluster is the same at both ends of the threshold's range. */
  readonly sure: boolean
}

/** Individuals that are proposed for photos which nobody has named. */
export interface PhotoClusters {
  readonly photos: readonly ClusteredPhoto[]
  readonly individuals: number
  /** How many individuals there are at the loose and at the strict end of the threshold's range. */
  readonly interval: readonly [low: number, high: number]
  /** Individuals with one photo. */
  readonly singles: number
  /** Photos whose cluster is the same at both ends. */
  readonly sure: number
  readonly scale: 'probability' | 'similarity'
  /** How places of the coat took part, and what found them; null where they did not. */
  readonly match: MatchKind | null
  readonly matchers: readonly string[]
  readonly threshold: CutRange
  /** Individuals of which only one flank was seen; null where no flank is known. */
  readonly oneFlank: Readonly<Record<Side, number>> | null
  /** Groups near the threshold, the nearest first, that nobody has decided; rows are those of `photos`. */
  readonly toDecide: readonly PairToDecide[]
}

/** Of one photo there is nothing to say. */
const fewestPhotos = 2

/**
 * Individuals for photos without labels: average linkage on the pairs' scores, cut at a threshold, decisions kept and photos of two flanks not compared.
 * The same for any order of the photos. @throws InputError for fewer than two photos, more than `clusteredAtMost`, a threshold out of range or none, and
 * labelled photos that cannot choose one.
 */
export function clusterPhotos(given: PhotoEmbeddings, options: ClusterOptions = {}): PhotoClusters {
  checkClusterable(given.photos.length, { ...options, hasLabelled: options.labelled !== undefined })
  const { scores, decisions = [], places } = options
  check(
    scores === undefined || places === undefined,
    'cluster: no calibration is of pairs that places compare',
    'leave out `scores`',
  )
  const threshold = thresholdFor(options)
  const [order, photos] = inOwnOrder(given)
  const sides = sidesFor(photos.photos, options.flanks)
  const distances = pairDistances(photos, { scores, places: places && inOrderOf(places.photos, order) })
  const decided = decidedPairs(decisions, photos.photos)
  const merges = averageLinkage(distances, { ...decided, sides })
  const [groups, strict, loose] = [threshold.at, threshold.strict, threshold.loose].map((score) =>
    cutAtHeight(photos.photos.length, merges, 1 - score),
  ) as [number[], number[], number[]]
  const names = namesBySize(groups)
  const same = sameGroups(strict, loose)
  const clustered: ClusteredPhoto[] = []
  groupFits(distances, groups, { sides }).forEach(({ own, nearest }, i) => {
    clustered[order[i]!] = {
      photo: photos.photos[i]!,
      cluster: names[groups[i]!]!,
      score: own === undefined ? undefined : 1 - own,
      nearest: nearest && { cluster: names[nearest.group]!, score: 1 - nearest.distance },
      sure: same[i]!,
    }
  })
  return {
    photos: clustered,
    individuals: names.length,
    interval: [countOf(loose), countOf(strict)],
    singles: sizesOf(groups).filter((size) => size === 1).length,
    sure: same.filter(Boolean).length,
    scale: scaleOf(scores),
    match: places?.photos.match ?? null,
    matchers: places?.photos.matchers ?? [],
    threshold,
    oneFlank: oneFlankOf(groups, sides),
    toDecide: pairsToDecide(distances, merges, {
      height: 1 - threshold.at,
      most: options.toDecide ?? 0,
      photosEach: photosToDecideBy,
      mayAsk: mayAskIn(decisions, photos.photos, sides),
    }).map((pair) => ({
      ...pair,
      photo: order[pair.photo]!,
      others: pair.others.map((row) => order[row]!),
    })),
  }
}

/** Photos of the other group that a person may choose from. */
const photosToDecideBy = 4

/** Not photos of two flanks, nor pairs that a person has looked at. */
function mayAskIn(
  decisions: readonly Decision[],
  photos: readonly Photo[],
  sides: readonly (Side | undefined)[] | undefined,
): (a: number, b: number) => boolean {
  const pairOf = (a: string | undefined, b: string | undefined) => JSON.stringify([a, b].sort())
  const decided = new Set(decisions.map(({ photo, other }) => pairOf(photo, other)))
  return (a, b) => {
    const [one, two] = [sides?.[a], sides?.[b]]
    const isOther = one !== undefined && two !== undefined && one !== two
    return !isOther && !decided.has(pairOf(photos[a]!.filename, photos[b]!.filename))
  }
}

/**
 * What can be known of a clustering before any photo is looked at. @throws InputError for too few or too many photos, a threshold out of range, or no way
 * to a threshold.
 */
export function checkClusterable(
  photos: number,
  { scores, threshold, hasLabelled }: Pick<ClusterOptions, 'scores' | 'threshold'> & { readonly hasLabelled: boolean },
): void {
  check(photos >= fewestPhotos, `cluster: expected at least ${counted(fewestPhotos, 'photo')}, got ${photos}`)
  checkCount(photos)
  check(
    threshold !== undefined || scores !== undefined || hasLabelled,
    'cluster: no threshold: nobody knows which similarity of this model means one individual',
    '`calibrateModel()` learns it, `labelled` names photos of known individuals to choose it on, or `threshold` states it',
  )
  if (threshold !== undefined) rangeAround(threshold, scaleOf(scores))
}

/** That a threshold can be chosen on photos of these individuals, before they are looked at. @throws InputError where none says what two photos of one are like. */
export function checkLabelled(photos: readonly Pick<Photo, 'identity'>[]): void {
  const identities = photos.flatMap(({ identity }) => identity ?? [])
  const individuals = new Set(identities).size
  check(
    individuals >= 2 && individuals < identities.length,
    `\`labelled\`: expected photos of several individuals, some with two or more, got ${counted(identities.length, 'photo')} of ${individuals}`,
    'the threshold is chosen between pairs of photos of one individual and pairs of two',
  )
}

function scaleOf(scores: CalibratedScores | undefined): PhotoClusters['scale'] {
  return scores === undefined ? 'similarity' : 'probability'
}

/** As stated, as the labelled photos say, or a probability of one half. */
function thresholdFor({ scores, threshold, labelled, flanks, places }: ClusterOptions): CutRange {
  if (threshold !== undefined || labelled === undefined) return rangeAround(threshold, scaleOf(scores))
  checkLabelled(knownPhotos(labelled).photos)
  check(
    places === undefined || places.labelled !== undefined,
    'cluster: `places` has the photos alone, but not those of `labelled`',
    '`placesAmong()` compares these too',
  )
  const named = new Set(knownPhotos(labelled).photos)
  const [order, ordered] = inOwnOrder(labelled)
  const rows = order.filter((row) => named.has(labelled.photos[row]!))
  const known = knownPhotos(ordered)
  const identities = known.photos.map(({ identity }) => identity!)
  const individuals = new Set(identities).size
  const placesOfKnown = places?.labelled && inOrderOf(places.labelled, rows)
  const distances = pairDistances(known, { scores, places: placesOfKnown })
  const merges = averageLinkage(distances, { sides: sidesFor(known.photos, flanks) })
  const { height, ami, interval } = bestCutHeight(merges, identities)
  const [low, high] = interval
  return {
    at: 1 - height,
    strict: 1 - low,
    loose: 1 - high,
    from: 'labelled',
    labelled: { photos: identities.length, individuals, ami },
  }
}

/** By content, so that ties fall alike however the photos are listed; and where each photo stood. */
function inOwnOrder(given: PhotoEmbeddings): [order: number[], photos: PhotoEmbeddings] {
  const key = (i: number) =>
    `${given.contentHashes[i]} ${given.photos[i]!.filename} ${JSON.stringify(given.photos[i]!.box ?? null)}`
  const keyed = given.photos.map((_, i) => ({ i, key: key(i) }))
  const order = keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ i }) => i)
  return [
    order,
    {
      embeddings: pickRows(given.embeddings, order),
      photos: order.map((i) => given.photos[i]!),
      contentHashes: order.map((i) => given.contentHashes[i]!),
      skipped: given.skipped,
    },
  ]
}

/** The same of photos in another order, or of some of them: `rows` are where each stood. */
function inOrderOf(places: PlacesAmong, rows: readonly number[]): PlacesAmong {
  return {
    ...places,
    of: (query) => {
      const scoreOf = places.of(rows[query]!)
      return (photo, cosine) => scoreOf(rows[photo]!, cosine)
    },
  }
}

/** Undefined where no two photos are known to show two flanks, or they may meet. */
function sidesFor(photos: readonly Photo[], flanks: FlankRule | undefined): readonly (Side | undefined)[] | undefined {
  if (flanks === 'any') return undefined
  const sides = sidesOf(photos)
  return sides.every((side) => side === undefined) ? undefined : sides
}

/** The name of each group: from 1, larger ones first, of one size the one whose first photo is first. */
function namesBySize(groups: readonly number[]): number[] {
  const names: number[] = []
  sizesOf(groups)
    .map((size, group) => ({ size, group }))
    .sort((a, b) => b.size - a.size || a.group - b.group)
    .forEach(({ group }, i) => {
      names[group] = i + 1
    })
  return names
}

function sizesOf(groups: readonly number[]): number[] {
  const sizes = Array<number>(countOf(groups)).fill(0)
  for (const group of groups) sizes[group]!++
  return sizes
}

function countOf(groups: readonly number[]): number {
  return new Set(groups).size
}

/** For each photo whether its group in `fine` is that in `coarse`, which only joins groups of `fine`: whether they are of one size. */
function sameGroups(fine: readonly number[], coarse: readonly number[]): boolean[] {
  const [sizes, joined] = [sizesOf(fine), sizesOf(coarse)]
  return fine.map((group, i) => sizes[group] === joined[coarse[i]!])
}

function oneFlankOf(
  groups: readonly number[],
  sides: readonly (Side | undefined)[] | undefined,
): PhotoClusters['oneFlank'] {
  if (sides === undefined) return null
  const seen: Set<Side | undefined>[] = Array.from({ length: countOf(groups) }, () => new Set())
  groups.forEach((group, i) => {
    seen[group]!.add(sides[i])
  })
  const only = (side: Side) => seen.filter((own) => own.size === 1 && own.has(side)).length
  return { left: only('left'), right: only('right') }
}
