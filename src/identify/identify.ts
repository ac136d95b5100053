import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { identifyTop, type PostProcessing } from '../retrieval/index.ts'
import { type Answer, type AnswerOptions, answerOf, type Likeness } from './answer.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { areCutOut } from './cut-out.ts'
import { type DecidedQuery, decidedQueries } from './decided-queries.ts'
import type { Decision, DecisionWord } from './decisions.ts'
import { type FlankRule, otherFlank, querySides, sidesOf } from './flanks.ts'
import { likenessOf, nearestSimilarities } from './likeness.ts'
import { type LocalMatching, type LocalResult, matchLocally } from './local-matching.ts'
import { placeTimeOf, weighed } from './place-time.ts'
import type { RankProgress } from './rank-progress.ts'
import { knownPhotos } from './rows.ts'
import { type FoundIndividual, scoredIndividuals } from './scored-individuals.ts'
import { type ShownPhoto, shownPhotos } from './shown-photos.ts'

/** An individual that a photo may show. */
export interface Candidate {
  /** From 1: the likeliest, or without a calibration the most similar; first whom a person decided it to show, last whom a person ruled out. */
  readonly rank: number
  readonly identity: string
  /** With its most similar photo: the cosine, −1 to 1, or after re-ranking 1 − distance, 0 to 1; fused as `isScore` says. */
  readonly similarity: number
  /** That photo. */
  readonly photo: Photo
  /** How many places of the coat agree with that photo, where they were matched: in place, scale and angle. */
  readonly places?: number | undefined
  /** That the photo shows this individual, 0 to 1; undefined without a calibration, and where a person decided. */
  readonly probability?: number | undefined
  /** More agree, and rarer ones, when the query is mirrored: left and right may be swapped. */
  readonly mirrored?: boolean | undefined
  /** Photos of it to look at, the best of each flank first; where `photosEach` asks for them. */
  readonly photos?: readonly ShownPhoto[] | undefined
  /** What a person decided of the query and this individual. */
  readonly decided?: DecisionWord | undefined
  /** What place and time say of it, apart from looks; where `prior` asks for that and something is known of the photo. */
  readonly placeTime?: PlaceTimeOf | undefined
}

/** What place and time say of an individual. */
export interface PlaceTimeOf {
  /** How many times as likely as the average individual of the gallery it is to be there then. */
  readonly factor: number
  /** That the photo shows it, by looks weighed with that; undefined without a calibration. */
  readonly probability?: number | undefined
}

/** A photo, and whom it may show: the likeliest individual first, or without a calibration the most similar. */
export interface Identification {
  readonly photo: Photo
  readonly candidates: readonly Candidate[]
  /** Gallery photos with the very same bytes, which were left out: they would answer with themselves. */
  readonly leftOut: readonly Photo[]
  /** Whom it shows, or that it shows nobody known, or neither. */
  readonly answer: Answer
  /** What stands as similarities are scores that a calibration made of similarities and places, on a scale of its own. */
  readonly isScore?: true | undefined
  /** Places were looked for on whole photos: those that agree may lie in the background. */
  readonly onWholePhotos?: true | undefined
  /** Who is the likeliest with place and time, without a calibration what they say of the first candidate; null where they say nothing or a person decided, undefined unasked. */
  readonly placeTime?: (PlaceTimeOf & { readonly identity: string }) | null | undefined
}

/** How answers are ranked. */
export interface IdentifyPhotosOptions extends RankProgress, AnswerOptions {
  /** What makes probabilities of these scores: of plain cosines, or as `local` fused them. */
  readonly scores?: CalibratedScores | undefined
  /** same: photos of the query's other flank are no candidates; the default. */
  readonly flanks?: FlankRule | undefined
  /** Plain cosines unless given. */
  readonly postProcessing?: PostProcessing | undefined
  /** Places of the coat matched with this gallery, by `matchQueries`. */
  readonly local?: LocalResult | undefined
  /** What people decided, as `readDecisions` reads it with this gallery. */
  readonly decisions?: readonly Decision[] | undefined
  /** How many photos of each candidate to list; none unless given. */
  readonly photosEach?: number | undefined
  /** place-time: tell beside the answers what stations and times of the photos say (`placeTimeOf`); nothing else changes. */
  readonly prior?: 'place-time' | undefined
}

/**
 * For each query photo the `top` likeliest individuals of the gallery (without `scores` the most similar ones), and an answer. The likeliest need
 * not be the most similar: one of somebody's many photos may be similar by chance. A gallery photo whose file is the query's own, byte for byte,
 * is left out of its ranking. Photos of the gallery without an identity take no part. An individual that a person decided a query to show is the
 * answer, and among its candidates where it was compared.
 */
export function identifyPhotos(
  gallery: PhotoEmbeddings,
  queries: PhotoEmbeddings,
  top: number,
  options: IdentifyPhotosOptions = {},
): Identification[] {
  const { postProcessing, local, onRank, photosEach = 0 } = options
  const known = knownPhotos(gallery)
  if (known.photos.length === 0)
    return queries.photos.map((photo) => ({ photo, candidates: [], leftOut: [], ...nobody }))
  const decided = decidedQueries(options.decisions ?? [], queries.photos, known.photos)
  const twins = twinsOf(known, queries)
  const identities = known.photos.map(({ identity }) => identity!)
  const isOther = otherFlank(queries.photos, known.photos, options.flanks)
  const everyone = identities.map((_, g) => g)
  const rowOf = (photo: number) => ({ identity: identities[photo]!, contentHash: known.contentHashes[photo]! })
  const leftOut = (query: number) => [...twins[query]!, ...everyone.filter((g) => isOther(query, g))]
  const unlike = unlikeGallery(known, queries, (query) => twins[query]!)
  const prior = options.prior === undefined ? undefined : placeTimeOf(known.photos, queries.photos, twins)
  const bothFlanks = comparedWithBoth(queries.photos, known.photos, options.flanks)
  const found: Identification[] = []
  const onRanked = (query: number, order: Int32Array, similarities: Float32Array) => {
    const individuals = scoredIndividuals(order, (photo) => similarities[photo]!, rowOf)
    const own = new Set(individuals.map(({ identity }) => identity))
    const lost = new Set(
      everyone.flatMap((g) => (isOther(query, g) && !own.has(identities[g]!) ? [identities[g]!] : [])),
    )
    const input = {
      individuals,
      notCompared: lost.size,
      unlike: unlike[query] !== undefined,
      bothFlanks: bothFlanks[query]!,
      decided: decided[query]!,
    }
    const { answer, probabilities } = answerOf(input, options.scores, options)
    const isDecided = answer.reason === 'decided' // a person knows more than where and when say
    const told = prior && placeTimesOf(isDecided ? undefined : prior[query], individuals, probabilities)
    const isMeasured = options.scores?.measured != null
    const listed = listedOf(likeliestFirst(individuals, probabilities, isMeasured), top, decided[query]!)
    const ranked = { order, similarities, known: known.photos }
    const shown = shownPhotos(ranked, listed, photosEach, (photo) => matchedOf(local, query, photo))
    found[query] = {
      photo: queries.photos[query]!,
      candidates: listed.map(({ photo, identity, score, rank, probability }) => ({
        rank,
        identity,
        similarity: score,
        photo: known.photos[photo]!,
        ...(probability === undefined || isDecided ? {} : { probability }),
        ...(local === undefined ? {} : placesOf(local, query, photo)),
        ...(photosEach === 0 ? {} : { photos: shown.get(identity)! }),
        ...decidedOf(decided[query]!, identity),
        ...(told == null ? {} : { placeTime: told.get(identity)! }),
      })),
      leftOut: twins[query]!.map((i) => known.photos[i]!),
      answer: answer.reason === 'unlike' ? { ...answer, likeness: unlike[query] } : answer,
      ...(local?.isScore === true ? { isScore: true } : {}),
      ...(local?.onWholePhotos === true ? { onWholePhotos: true } : {}),
      ...(told === undefined ? {} : { placeTime: likeliestThere(told, listed[0]?.identity) }),
    }
  }
  identifyTop(queries.embeddings, known.embeddings, identities, top, {
    postProcessing,
    adjust: local?.adjust,
    leftOut,
    onQuery: onRank,
    onRanked,
  })
  return withoutConflicts(found, decided)
}

/** One name cannot be that of two photos which show different animals, as a person decided: unless the person gave it, neither has it. */
function withoutConflicts(found: readonly Identification[], decided: readonly DecidedQuery[]): Identification[] {
  const nameOf = (query: number) => {
    const { answer } = found[query]!
    return answer.answer === 'known' && answer.reason !== 'decided' ? answer.identity : undefined
  }
  return found.map((one, query) => {
    const name = nameOf(query)
    const other = decided[query]!.apart.find((photo) => name !== undefined && nameOf(photo) === name)
    if (other === undefined) return one
    return { ...one, answer: { ...one.answer, answer: 'unsure', conflict: found[other]!.photo.filename } }
  })
}

/** Of a gallery without a known individual. */
const nobody = {
  answer: answerOf({ individuals: [], notCompared: 0, unlike: false, bothFlanks: false }, undefined).answer,
}

/** For each query whether its flank is not known, but those of the gallery are: it was held against all of them. */
function comparedWithBoth(queries: readonly Photo[], gallery: readonly Photo[], flanks?: FlankRule): boolean[] {
  const sides = new Set(sidesOf(gallery))
  const isTwo = sides.has('left') && sides.has('right')
  const isOne = sides.size === 1 && !sides.has(undefined)
  const areKnown = flanks !== 'any' && (isTwo || isOne)
  return querySides(queries, gallery).map((side) => areKnown && side === undefined)
}

/** The individuals with their probabilities, the likeliest first; as they are, the most similar first, where these are not known or were never measured. */
function likeliestFirst(
  individuals: readonly FoundIndividual[],
  probabilities: Float64Array | undefined,
  isMeasured: boolean,
): readonly (FoundIndividual & { readonly probability: number | undefined })[] {
  const found = individuals.map((one, i) => ({ ...one, probability: probabilities?.[i] }))
  return probabilities === undefined || !isMeasured ? found : found.sort((a, b) => b.probability! - a.probability!)
}

/** The first of a ranking: whom a person decided the query to show before all others, and those that a person ruled out after them. */
function listedOf<T extends FoundIndividual>(
  individuals: readonly T[],
  top: number,
  { identity, ruledOut }: DecidedQuery,
): (T & { readonly rank: number })[] {
  const out = new Set(ruledOut)
  const place = (one: T) => (one.identity === identity ? 0 : out.has(one.identity) ? 2 : 1)
  return individuals
    .toSorted((a, b) => place(a) - place(b))
    .slice(0, top)
    .map((one, i) => ({ ...one, rank: i + 1 }))
}

function decidedOf({ of }: DecidedQuery, identity: string): Pick<Candidate, 'decided'> {
  const decided = of.get(identity)
  return decided === undefined ? {} : { decided }
}

/** What place and time say of each individual that was compared; null where they say nothing of the query. */
function placeTimesOf(
  factors: ReadonlyMap<string, number> | undefined,
  individuals: readonly FoundIndividual[],
  probabilities: Float64Array | undefined,
): ReadonlyMap<string, PlaceTimeOf> | null {
  if (factors === undefined) return null
  const each = individuals.map(({ identity }) => factors.get(identity) ?? 1) // 1: nothing is known of where it was
  const together = probabilities && weighed(probabilities, each)
  return new Map(
    individuals.map(({ identity }, i) => {
      const probability = together?.[i]
      return [identity, { factor: each[i]!, ...(probability === undefined ? {} : { probability }) }]
    }),
  )
}

/** The likeliest with place and time; without probabilities the one that is first by looks. */
function likeliestThere(
  told: ReadonlyMap<string, PlaceTimeOf> | null,
  first: string | undefined,
): Identification['placeTime'] {
  if (told === null || first === undefined) return null
  const best = [...told].reduce((a, b) => ((b[1].probability ?? 0) > (a[1].probability ?? 0) ? b : a), [
    first,
    told.get(first)!,
  ] as const)
  return { identity: best[0], ...best[1] }
}

/** For each query how like the gallery it is, where that is less than the gallery's animals are like each other; else undefined. */
function unlikeGallery(
  known: PhotoEmbeddings,
  queries: PhotoEmbeddings,
  leftOut: (query: number) => readonly number[],
): (Likeness | undefined)[] {
  const likeness = likenessOf(known)
  if (likeness === undefined) return queries.photos.map(() => undefined)
  const { least } = likeness
  return Array.from(nearestSimilarities(queries, known, leftOut), (similarity) =>
    similarity < least ? { similarity, least } : undefined,
  )
}

/**
 * Matches places of each query's coat with the gallery's known photos, its own file left out, as `identifyPhotos` ranks them.
 * @throws InputError as `matchLocally`.
 */
export async function matchQueries(
  matching: LocalMatching,
  gallery: PhotoEmbeddings,
  queries: PhotoEmbeddings,
  { postProcessing, flanks }: Pick<IdentifyPhotosOptions, 'postProcessing' | 'flanks'> = {},
): Promise<LocalResult> {
  const known = knownPhotos(gallery)
  const twins = twinsOf(known, queries).map((photos) => new Set(photos))
  const isOther = otherFlank(queries.photos, known.photos, flanks)
  const leaveOut = (query: number, photo: number) => twins[query]!.has(photo) || isOther(query, photo)
  const task = { queries, gallery: known, leaveOut, postProcessing }
  const found = await matchLocally({ tryMirrored: true, ...matching }, task)
  const areCut = (await areCutOut(queries.photos)) && (await areCutOut(known.photos))
  return { ...found, onWholePhotos: !areCut }
}

/** Of each query the gallery photos that are the very same file. */
function twinsOf(known: PhotoEmbeddings, queries: PhotoEmbeddings): number[][] {
  const sameFile = new Map<string, number[]>()
  known.contentHashes.forEach((hash, i) => sameFile.set(hash, [...(sameFile.get(hash) ?? []), i]))
  return queries.contentHashes.map((hash) => sameFile.get(hash) ?? [])
}

function placesOf(local: LocalResult, query: number, photo: number): Pick<Candidate, 'places' | 'mirrored'> {
  const places = local.matches[query]!.get(photo)?.places.length ?? 0
  return { places: places / 4, mirrored: fitsMirrored(local, query, photo) }
}

/** What was matched of a photo that is shown: of most gallery photos nothing was. */
function matchedOf(
  local: LocalResult | undefined,
  query: number,
  photo: number,
): Pick<ShownPhoto, 'match' | 'mirrored'> {
  const match = local?.matches[query]!.get(photo)
  return {
    ...(match === undefined ? {} : { match }),
    ...(local !== undefined && fitsMirrored(local, query, photo) ? { mirrored: true } : {}),
  }
}

/**
 * Whether the mirrored query agrees with a photo more than twice as well as the query itself does with any, and at least half as well as with the photo that
 * it fits best: a few places agree with anybody by chance, more of them where two animals face the same way.
 */
function fitsMirrored({ matches, mirrored }: LocalResult, query: number, photo: number): boolean {
  const weight = mirrored[query]!.get(photo)?.weight ?? 0
  return weight > 2 * heaviest(matches[query]!) && 2 * weight >= heaviest(mirrored[query]!)
}

function heaviest(matches: LocalResult['matches'][number]): number {
  return Math.max(0, ...Array.from(matches.values(), ({ weight }) => weight))
}
