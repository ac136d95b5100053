import { check, counted, inOrder } from '../base/index.ts'
import { fusedScore, matchersOf, type PairFusion } from '../calibration/index.ts'
import type { MakeOnceOptions, Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  extractPhotos,
  type FusionConfig,
  fusedSimilarities,
  fusionOf,
  type JointAnswer,
  type JointMatch,
  type JointVotes,
  type LocalExtractor,
  type LocalFeatures,
  localSimilarities,
  openJointMatcher,
  shortlistOf,
} from '../local/index.ts'
import type { Adjust, PostProcessing } from '../retrieval/index.ts'
import { forEachProcessedRow } from '../retrieval/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { evidenceOf } from './evidence.ts'
import { type FeaturesByExtractor, findFeatures, toldTogether } from './local-features.ts'

/** local: matched places decide alone; fused: they add to the embedding's similarity. */
export type MatchKind = 'local' | 'fused'

/** What places of coats are matched by, and who is told how far it is. */
export interface LocalMatching extends Pick<MakeOnceOptions, 'limitPixels' | 'cacheDir' | 'signal'> {
  readonly kind: MatchKind
  /** One or more, as `openExtractors` orders them: what each finds is added up (`openJointMatcher`). */
  readonly extractors: readonly LocalExtractor[]
  /** The extractors' own unless given. */
  readonly config?: FusionConfig | undefined
  /** How similarities and places become one score, as it was learnt; `fusedSimilarities` unless given. Of `fused` without post-processing only. */
  readonly fusion?: PairFusion | undefined
  /** Processor threads of the matching; all physical cores unless given. */
  readonly threads?: number | undefined
  /** Those that a gallery on disk has. */
  readonly known?: FeaturesByExtractor | undefined
  /** Queries are tried mirrored too, which is told and joins no score. */
  readonly tryMirrored?: boolean | undefined
  readonly onLocal?: ((stage: LocalStage, done: number, total: number) => void) | undefined
  /** Told photos on which no extractor found a place: their mask is empty, or nothing of the animal stands out. Not called where there are none. */
  readonly onBare?: ((photos: readonly Photo[]) => void) | undefined
}

/**
 * finding: keypoints of photos; mirroring: those of queries that are mirrored; matching: queries with the gallery; matchingProtocols: once more for each further
 * protocol, told together.
 */
export type LocalStage = 'finding' | 'mirroring' | 'matching' | 'matchingProtocols'

/** Queries and the gallery that they are matched with; one and the same object twice for a set against itself. */
export interface LocalTask {
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings
  /** Photos of the gallery that a query may not meet. */
  readonly leaveOut: (query: number, photo: number) => boolean
  readonly postProcessing?: PostProcessing | undefined
}

/** Matches of every query, and what becomes of its similarities by them. */
export interface LocalResult {
  /** The names of what found the places. */
  readonly matchers?: readonly string[] | undefined
  readonly adjust: Adjust
  /** A query's similarities by places alone, [P], as `local` has them: of what was matched for `fused` too. */
  readonly alone: (query: number) => Float32Array
  /** The same by votes, as if no places agreed. */
  readonly byVotes: (query: number) => Float32Array
  /** By query, of its shortlist by gallery photo. */
  readonly matches: readonly ReadonlyMap<number, JointMatch>[]
  /** By query, of its shortlist, the query mirrored; empty where that was not tried. */
  readonly mirrored: readonly ReadonlyMap<number, JointMatch>[]
  /** Similarities become scores that a calibration learnt: no cosines, and not on the scale of `fusedSimilarities`. */
  readonly isScore?: boolean | undefined
  /** The animals of a side are not cut out (`areCutOut`), so that places may lie beside them; undefined where nobody looked. */
  readonly onWholePhotos?: boolean | undefined
}

/**
 * Matches each query with a shortlist of the gallery: the best by the votes of each matcher, and for `fused` as many that are the best by similarity. Every
 * matcher verifies the whole shortlist. A gallery's individuals, where they are known, vote together. @throws InputError for photos that cannot be read; for `local` where the gallery shows one individual
 * alone, since votes are weighed against other individuals; for a `fusion` that was learnt with other matchers; the signal's reason when it aborts.
 */
export async function matchLocally(matching: LocalMatching, task: LocalTask): Promise<LocalResult> {
  const [result] = await matchedIn(matching, task, [task.leaveOut])
  return result!
}

/**
 * The same, and beside it as if the query's own individual were not in the gallery, which takes little longer than one of both: places of strangers are worth more
 * where nobody else has them. @throws InputError as `matchLocally`.
 */
export async function matchPresentAndAbsent(
  matching: LocalMatching,
  task: LocalTask,
): Promise<{ readonly present: LocalResult; readonly absent: LocalResult }> {
  const { queries, gallery, leaveOut } = task
  const isOwn = (query: number, photo: number) => queries.photos[query]!.identity === gallery.photos[photo]!.identity
  const withoutOwn: LeaveOut = (query, photo) => leaveOut(query, photo) || isOwn(query, photo)
  const [present, absent] = await matchedIn(matching, task, [leaveOut, withoutOwn])
  return { present: present!, absent: absent! }
}

type LeaveOut = LocalTask['leaveOut']

/** A result for each rule of what is left out. Queries are tried mirrored by the first. */
async function matchedIn(
  matching: LocalMatching,
  task: LocalTask,
  rules: readonly LeaveOut[],
): Promise<readonly LocalResult[]> {
  const { kind, extractors, config = fusionOf(extractors), fusion, threads, signal, onLocal } = matching
  const { queries, gallery } = task
  const individuals = individualsOf(gallery.photos)
  check(
    kind === 'fused' || new Set(individuals).size > 1,
    '`match: "local"`: the gallery shows one individual, expected two or more: a place says whom it shows only against the places of others',
    'leave out `match`',
  )
  const learntOf = fusion && matchersOf(fusion)
  check(
    learntOf === undefined || learntOf === extractors.length,
    `calibration: it was learnt with ${counted(learntOf ?? 0, 'matcher')}, and ${extractors.length} ${extractors.length === 1 ? 'is' : 'are'} asked`,
    'name the same with `matcher`, or calibrate anew',
  )
  const { known, limitPixels, cacheDir } = matching
  const onProgress = (done: number, total: number) => onLocal?.('finding', done, total)
  const reading = { known, limitPixels, cacheDir, signal, onProgress }
  const found = await findFeatures(extractors, [queries, gallery], reading)
  const lists = queries === gallery ? [queries] : [queries, gallery]
  const bare = lists.flatMap(({ photos }, l) =>
    photos.filter((_, i) => found.every((each) => each[l]![i]!.count === 0)),
  )
  if (bare.length > 0) matching.onBare?.(bare)
  const mirror = matching.tryMirrored === true ? await mirrorOf(matching, queries) : undefined
  const best = rules.map((leaveOut) =>
    kind === 'fused' ? mostSimilar({ ...task, leaveOut }, config.shortlist) : undefined,
  )
  const matcher = await openJointMatcher(
    { extractors, features: found.map(([, known]) => known!) },
    await ortBackend({ threads }),
  )
  const answerTo = async (query: number): Promise<Answered> => {
    signal?.throwIfAborted()
    const features = found.map(([asked]) => asked![query]!)
    const ways = rules.map((leaveOut, r) => {
      const isOut = (photo: number) => leaveOut(query, photo)
      const shortlist = (votes: JointVotes) => [
        ...new Set([...(best[r]?.[query] ?? []), ...votedFor(votes, config, isOut)]),
      ]
      return { neighbours: 4, individuals, leaveOut: isOut, shortlist }
    })
    const itself = queries === gallery ? query : undefined
    const answers = await matcher.answers(features, ways, itself)
    const kept = answers.map((answer, r) => keptOf(answer, config, ways[r]!.leaveOut))
    if (mirror === undefined) return { answers: kept, mirrored: new Map() }
    const chosen = [...answers[0]!.matches.keys()]
    const turned = await matcher.answer(mirror(features, query), { ...ways[0]!, shortlist: () => chosen })
    return { answers: kept, mirrored: turned.matches }
  }
  const rows: (readonly KeptAnswer[])[] = []
  const mirrored: ReadonlyMap<number, JointMatch>[] = []
  try {
    onLocal?.('matching', 0, queries.photos.length)
    // the next one votes while this one's matches are verified
    for await (const answered of inOrder(queries.photos.keys(), answerTo, { atOnce: 2 })) {
      rows.push(answered.answers)
      mirrored.push(answered.mirrored)
      onLocal?.('matching', rows.length, queries.photos.length)
    }
  } finally {
    await matcher.release()
  }
  const named = extractors.map(({ name }) => name)
  return rules.map((_, r) => {
    const answers = rows.map((each) => each[r]!)
    return { matchers: named, mirrored, ...similaritiesOf(answers, { kind, config, fusion }) }
  })
}

/** What is kept of an answer until all queries have theirs: the votes of each matcher would take 8 bytes each for every photo. */
interface KeptAnswer {
  /** [P]: local similarities as if no places agreed. */
  readonly byVotes: Float32Array
  /** The photos that each matcher votes for most: so many of each. */
  readonly votedFor: readonly number[]
  readonly matches: JointAnswer['matches']
}

function keptOf({ votes, matches }: JointAnswer, config: FusionConfig, isOut: (photo: number) => boolean): KeptAnswer {
  const byVotes = localSimilarities({ votes, matches: new Map() }, config)
  return { byVotes, votedFor: votedFor(votes, config, isOut), matches }
}

/** What becomes of similarities by the answers to all queries. */
function similaritiesOf(
  answers: readonly KeptAnswer[],
  { kind, config, fusion }: Pick<LocalMatching, 'kind' | 'fusion'> & { readonly config: FusionConfig },
): Omit<LocalResult, 'matchers' | 'mirrored'> {
  const fused = (similarities: Float32Array, matches: JointAnswer['matches']) =>
    fusedSimilarities(similarities, { votes: { photos: similarities }, matches }, config)
  const alone = (query: number) => {
    const { byVotes, votedFor, matches } = answers[query]!
    const verified = votedFor.flatMap((photo): [number, JointMatch][] => {
      const match = matches.get(photo)
      return match === undefined ? [] : [[photo, match]]
    })
    return fused(byVotes, new Map(verified))
  }
  return {
    isScore: fusion?.kind === 'mean' || fusion?.kind === 'pairHead',
    alone,
    byVotes: (query) => answers[query]!.byVotes,
    adjust: (query, similarities) => {
      if (kind === 'local') return alone(query)
      const { matches } = answers[query]!
      if (fusion === undefined) return fused(similarities, matches)
      return similarities.map((similarity, photo) =>
        fusedScore(fusion, { similarity, local: evidenceOf(matches.get(photo), config) }),
      )
    },
    matches: answers.map(({ matches }) => matches),
  }
}

/** What was found for one query by each rule, and for the query mirrored: nothing where that was not tried. */
interface Answered {
  readonly answers: readonly KeptAnswer[]
  readonly mirrored: ReadonlyMap<number, JointMatch>
}

/** The photos that each matcher votes for most: so many of each. */
function votedFor({ parts }: JointVotes, { shortlist }: FusionConfig, isOut: (photo: number) => boolean): number[] {
  return [...new Set(parts.flatMap((votes) => shortlistOf(votes, shortlist, isOut)))]
}

/** What each query's features are when it is mirrored, of each extractor: told by its features, or found in its photo mirrored. */
async function mirrorOf(
  { extractors, limitPixels, cacheDir, signal, onLocal }: LocalMatching,
  { photos }: PhotoEmbeddings,
): Promise<(features: readonly LocalFeatures[], query: number) => LocalFeatures[]> {
  const tell = toldTogether(
    extractors.map(({ mirrored }) => (mirrored === undefined ? photos.length : 0)),
    (done, total) => onLocal?.('mirroring', done, total),
  )
  const each: ((features: LocalFeatures, query: number) => LocalFeatures)[] = []
  for (const [m, extractor] of extractors.entries()) {
    const { mirrored } = extractor
    if (mirrored !== undefined) each.push(mirrored)
    else {
      const options = { mirrored: true, limitPixels, cacheDir, signal, onProgress: tell(m) }
      const made = await extractPhotos(extractor, photos, options)
      each.push((_, query) => made.features[query]!)
    }
  }
  return (features, query) => features.map((own, m) => each[m]!(own, query))
}

/** Of each query the photos with the largest similarities. */
function mostSimilar({ queries, gallery, leaveOut, postProcessing }: LocalTask, most: number): number[][] {
  const best: number[][] = []
  const everyone = gallery.photos.map((_, photo) => photo)
  const leftOut = (query: number) => everyone.filter((photo) => leaveOut(query, photo))
  const [a, b] = [queries.embeddings, gallery.embeddings]
  forEachProcessedRow({ queries: a, gallery: b, postProcessing, leftOut }, (query, similarities) => {
    best[query] = shortlistOf(similarities, most, (photo) => leaveOut(query, photo))
  })
  return best
}

/** A number for each individual; photos of nobody known are each their own. */
function individualsOf(photos: readonly Photo[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(photos, ({ identity }, photo) => {
    const name = identity === undefined ? `photo ${photo}` : `individual ${identity}`
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return numbers.get(name)!
  })
}
