import { setImmediate } from 'node:timers/promises'
import { hammingDistance, hashWords } from '../images/index.ts'

/** Up to which distance pairs are told, and who is told how far it is. */
export interface NearPairOptions {
  /** Bits of 64. */
  readonly radius: number
  /** Pairs for which it is false are not looked at. */
  readonly wanted?: (a: number, b: number) => boolean
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Rows between two looks at the clock. */
const rowsAtOnce = 64

/**
 * Calls `visit(a, b, dHash, pHash)`, a < b, for each two of the photos whose hashes ([photos, 4] words) differ in at most `radius` bits in
 * one of the two kinds. Every pair is looked at (20,000 photos: 2 · 10⁸ pairs in some seconds), none is kept.
 */
export async function forEachNearPair(
  hashes: Uint32Array,
  { radius, wanted, onProgress, signal }: NearPairOptions,
  visit: (a: number, b: number, differenceBits: number, dctBits: number) => void,
): Promise<void> {
  const count = hashes.length / hashWords
  for (let a = 0; a < count; a++) {
    if (a % rowsAtOnce === 0) {
      onProgress?.(a, count)
      await setImmediate()
      signal?.throwIfAborted()
    }
    for (let b = a + 1; b < count; b++) {
      const difference = hammingDistance(hashes, a * hashWords, hashes, b * hashWords)
      const dct = hammingDistance(hashes, a * hashWords + 2, hashes, b * hashWords + 2)
      if ((difference <= radius || dct <= radius) && (wanted === undefined || wanted(a, b)))
        visit(a, b, difference, dct)
    }
  }
  onProgress?.(count, count)
}
