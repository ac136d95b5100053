import { setImmediate } from 'node:timers/promises'
import { burstDefaults, type Photo, samePictureBits } from '../data/index.ts'
import { hammingDistance, hashWords } from '../images/index.ts'
import { type CosineRowsOptions, type Embeddings, pairCosines, visitCosineRows } from '../retrieval/index.ts'

/** Two photos on the two sides of a border, by their rows, and what makes them near. */
export interface BorderPair {
  readonly a: number
  readonly b: number
  /** By what the pair is among the nearest: the larger distance of both hashes, or the cosine. */
  readonly by: 'hash' | 'cosine'
  /** Of 64; null without hashes. */
  readonly bits: number | null
  /** Null without embeddings. */
  readonly cosine: number | null
  readonly sameIdentity: boolean
}

/** Photos, and what is known of what they look like. */
export interface BorderInput extends CosineRowsOptions {
  readonly photos: readonly Photo[]
  /** [photos, 4] words. */
  readonly hashes?: Uint32Array | undefined
  /** [photos, D]. */
  readonly embeddings?: Embeddings | undefined
  /** Whether a border lies between two photos: one trains and the other validates, or one may be found for the other. */
  readonly apart: (a: Photo, b: Photo) => boolean
  /** Pairs by each of both. */
  readonly kept?: number
}

const keptUnlessGiven = 6

/** Rows whose hashes are compared in one piece. */
const rowsAtOnce = 256

/**
 * The pairs across a border that are nearest by perceptual hash, then those by cosine that are not among them, nearest first; of pairs as near
 * those of one individual come first, then those of lower rows. Photos of nobody known take no part. Every pair is looked at, few are kept.
 * @throws the signal's reason when it aborts.
 */
export async function nearestAcross(input: BorderInput): Promise<BorderPair[]> {
  const { photos, hashes, embeddings, kept = keptUnlessGiven, ...options } = input
  const known = (row: number) => photos[row]!.identity !== undefined
  const border = (a: number, b: number) => known(a) && known(b) && input.apart(photos[a]!, photos[b]!)
  const same = (a: number, b: number) => photos[a]!.identity === photos[b]!.identity
  const bitsOf = (a: number, b: number) => (hashes === undefined ? null : bitsBetween(hashes, a, b))
  const byHash = new Shortlist(kept)
  const byCosine = new Shortlist(kept)
  if (hashes !== undefined)
    for (let a = 0; a < photos.length; a++) {
      if (a % rowsAtOnce === 0) await setImmediate()
      options.signal?.throwIfAborted()
      for (let b = a + 1; b < photos.length; b++)
        if (border(a, b)) byHash.offer(a, b, 2 * bitsBetween(hashes, a, b) + (same(a, b) ? 0 : 1))
    }
  if (embeddings !== undefined)
    await visitCosineRows(
      embeddings,
      (a, cosines) => {
        for (let b = a + 1; b < photos.length; b++)
          if (-cosines[b]! < byCosine.worst && border(a, b)) byCosine.offer(a, b, -cosines[b]!)
      },
      options,
    )
  const told = new Set(byHash.pairs.map(({ a, b }) => `${a} ${b}`))
  const others = byCosine.pairs.filter(({ a, b }) => !told.has(`${a} ${b}`))
  const pairs = [
    ...byHash.pairs.map((pair) => ({ ...pair, by: 'hash' as const })),
    ...others.map((pair) => ({ ...pair, by: 'cosine' as const })),
  ]
  const column = (side: 'a' | 'b') => Int32Array.from(pairs, (pair) => pair[side])
  const cosines = embeddings && pairCosines(embeddings, column('a'), column('b'))
  return pairs.map(({ a, b, by }, i) => ({
    ...{ a, b, by, bits: bitsOf(a, b) },
    cosine: cosines?.[i] ?? null,
    sameIdentity: same(a, b),
  }))
}

/** Distance of two photos: the larger one of both hashes. */
function bitsBetween(hashes: Uint32Array, a: number, b: number): number {
  const [p, q] = [a * hashWords, b * hashWords]
  return Math.max(hammingDistance(hashes, p, hashes, q), hammingDistance(hashes, p + 2, hashes, q + 2))
}

/** The few pairs of the lowest order; of equal ones whoever came first. */
class Shortlist {
  readonly pairs: { readonly a: number; readonly b: number; readonly order: number }[] = []
  readonly #kept: number

  constructor(kept: number) {
    this.#kept = kept
  }

  get worst(): number {
    return this.pairs.length < this.#kept ? Number.POSITIVE_INFINITY : this.pairs.at(-1)!.order
  }

  offer(a: number, b: number, order: number): void {
    if (order >= this.worst) return
    this.pairs.push({ a, b, order })
    this.pairs.sort((p, q) => p.order - q.order)
    this.pairs.length = Math.min(this.pairs.length, this.#kept)
  }
}

/** What a pair across a border says about a score, in words. */
export function borderVerdict({ bits, sameIdentity }: Pick<BorderPair, 'bits' | 'sameIdentity'>): string {
  if (bits === null || bits > burstDefaults.radius)
    return sameIdentity
      ? 'one individual, not recognised as one moment'
      : 'two individuals, not recognised as one moment'
  if (sameIdentity) return 'as alike as photos of one moment: the score flatters'
  return bits <= samePictureBits ? 'one picture under two names' : 'as alike as photos of one moment, and two names'
}
