import { check } from '../base/index.ts'
import { type Embeddings, forEachCosineRow } from '../retrieval/index.ts'

/** What one model makes of photos of nobody known, and of known ones; D may be another for each model. */
export interface PseudoLabelView {
  /** [Q, D]. */
  readonly queries: Embeddings
  /** [G, D]. */
  readonly gallery: Embeddings
  /** That a query shows an individual, 0 to 1, by a calibration; without it the confidence is a share of known photos. */
  readonly probability?: ((query: number, identity: string) => number) | undefined
}

/** When a name is proposed. */
export interface PseudoLabelOptions {
  /** Least probability, or share of known photos that no other individual's photo is as near to. */
  readonly confidence?: number | undefined
  /** The photo must be among as many nearest of the known photo that names it. */
  readonly k?: number | undefined
  /** Known photos that a query is not compared with: those of its other flank. */
  readonly leaveOut?: ((query: number, known: number) => boolean) | undefined
  /** Known photos of one sighting, which are alike whomever they show: they take no place among each other's k nearest. */
  readonly sameSighting?: ((a: number, b: number) => boolean) | undefined
}

/** Of a hundred known photos 95 have no stranger as near; among the five nearest. */
export const pseudoLabelDefaults = { confidence: 0.95, k: 5 } as const satisfies PseudoLabelOptions

/** What one model says of a photo. */
export interface Vote {
  readonly identity: string
  /** The nearest known photo. */
  readonly nearest: number
  readonly cosine: number
  /** A calibration's probability; without one the share of known photos whose nearest photo of another individual is less alike than this. */
  readonly confidence: number
  /** The photo is among the k nearest of the one that names it. */
  readonly reciprocal: boolean
}

/** A photo's proposed name, or why it has none. */
export interface Proposal {
  readonly query: number
  /** Null where none is proposed. */
  readonly identity: string | null
  readonly reason: 'agreed' | 'models disagree' | 'not confident' | 'not among the nearest' | 'nobody to compare'
  /** The lowest of the models; 0 where there is nobody to compare with. */
  readonly confidence: number
  /** One for each model; none where there is nobody to compare with. */
  readonly votes: readonly Vote[]
}

/**
 * Names for photos of nobody known, by several models: a name is proposed where the nearest known photo of each model has it, each is as confident as
 * asked, and each finds the photo among the k nearest of that known photo. It proposes and learns nothing; what comes of it belongs into
 * training, never into a score. @throws InputError for fewer than two models, and settings that mean nothing.
 */
export function proposeLabels(
  views: readonly PseudoLabelView[],
  identities: readonly string[],
  options: PseudoLabelOptions = {},
): Proposal[] {
  const { confidence = pseudoLabelDefaults.confidence, k = pseudoLabelDefaults.k } = options
  check(views.length >= 2, `pseudo-labels: expected two models or more that can agree, got ${views.length}`)
  check(confidence > 0 && confidence <= 1, `confidence: expected a number above 0 and up to 1, got ${confidence}`)
  check(Number.isInteger(k) && k >= 1, `k: expected a whole number of at least 1, got ${k}`)
  check(new Set(identities).size >= 2, 'pseudo-labels: expected known photos of two individuals or more')
  const votes = views.map((view) => votesOf(view, identities, { ...options, k }))
  return votes[0]!.map((_, query) =>
    proposal(
      query,
      votes.flatMap((own) => own[query] ?? []),
      confidence,
    ),
  )
}

function proposal(query: number, votes: readonly Vote[], least: number): Proposal {
  const [first] = votes
  if (first === undefined) return { query, identity: null, reason: 'nobody to compare', confidence: 0, votes }
  const confidence = Math.min(...votes.map((vote) => vote.confidence))
  const { identity } = first
  const told = { query, confidence, votes }
  if (votes.some((vote) => vote.identity !== identity)) return { ...told, identity: null, reason: 'models disagree' }
  if (confidence < least) return { ...told, identity: null, reason: 'not confident' }
  if (votes.some(({ reciprocal }) => !reciprocal)) return { ...told, identity: null, reason: 'not among the nearest' }
  return { ...told, identity, reason: 'agreed' }
}

interface Voting extends Pick<PseudoLabelOptions, 'leaveOut' | 'sameSighting'> {
  readonly k: number
}

/** A vote for each query; undefined where all known photos are left out for it. */
function votesOf(view: PseudoLabelView, identities: readonly string[], options: Voting): (Vote | undefined)[] {
  const { queries, gallery, probability } = view
  const { leaveOut } = options
  const { strangers, kth } = knownAmongThemselves(gallery, identities, options)
  const votes: (Vote | undefined)[] = []
  forEachCosineRow(queries, gallery, (query, cosines) => {
    let nearest = -1
    for (let g = 0; g < cosines.length; g++)
      if ((nearest < 0 || cosines[g]! > cosines[nearest]!) && leaveOut?.(query, g) !== true) nearest = g
    const [cosine, identity] = [cosines[nearest], identities[nearest]]
    votes[query] =
      cosine === undefined || identity === undefined
        ? undefined
        : {
            ...{ identity, nearest, cosine },
            confidence: probability?.(query, identity) ?? shareBelow(strangers, cosine),
            reciprocal: cosine > kth[nearest]!,
          }
  })
  return votes
}

/** Of each known photo its nearest photo of another individual, rising, and its k-th nearest photo of another sighting. */
function knownAmongThemselves(gallery: Embeddings, identities: readonly string[], { k, sameSighting }: Voting) {
  const strangers = new Float32Array(gallery.count)
  const kth = new Float32Array(gallery.count)
  forEachCosineRow(gallery, gallery, (photo, cosines) => {
    const others = cosines.filter((_, other) => other !== photo && sameSighting?.(photo, other) !== true).sort()
    kth[photo] = others[others.length - k] ?? Number.NEGATIVE_INFINITY
    let stranger = Number.NEGATIVE_INFINITY
    for (let other = 0; other < cosines.length; other++)
      if (identities[other] !== identities[photo]) stranger = Math.max(stranger, cosines[other]!)
    strangers[photo] = stranger
  })
  return { strangers: strangers.sort(), kth }
}

/** Share of rising values that lie below. */
function shareBelow(rising: Float32Array, value: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rising[middle]! < value) low = middle + 1
    else high = middle
  }
  return low / rising.length
}
