import type { Block } from './blocks.ts'
import type { PackedFeatures } from './packed.ts'

/** Numbers that are remembered at most, of 4 bytes each. */
export const numbersHeld = 64 * 1024 ** 2

/** What remembering fewer numbers takes: a short list is not much smaller than this. */
const leastNumbers = 256

/**
 * What photos that were asked found in photos that are asked after them: the products of two are made once. Only photos that follow within a window are
 * remembered, so that no more than `most` numbers are.
 */
export class Held {
  readonly #gallery: PackedFeatures
  readonly #window: number
  /** By photo that was not asked yet, by photo that was: [its places] the cosine with the closest one of that photo. */
  readonly #found = new Map<number, Map<number, Float32Array>>()
  readonly #asked = new Set<number>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(gallery: PackedFeatures, most: number) {
    this.#gallery = gallery
    const each = gallery.photos.reduce((high, { count }) => Math.max(high, count), leastNumbers)
    this.#window = Math.floor(Math.sqrt((2 * most) / each)) // w photos wait for w² / 2 answers
  }

  /** What earlier ones found in this photo, which is forgotten: it is asked now. */
  take(photo: number): ReadonlyMap<number, Float32Array> {
    const found = this.#found.get(photo) ?? new Map()
    this.#found.delete(photo)
    this.#asked.add(photo)
    return found
  }

  /** What `asked` found in the photos of a block, [P, rows]: of their places the cosine with the closest one of `asked`. */
  put(asked: number, { kind, photos, rows }: Block, cosines: Float32Array): void {
    for (const [p, photo] of photos.entries()) {
      if (this.#asked.has(photo) || photo < asked || photo - asked >= this.#window) continue
      const { first, end } = this.#gallery.spans[kind]![photo]!
      const ofPhoto = this.#found.get(photo) ?? new Map<number, Float32Array>()
      const row = ofPhoto.get(asked) ?? new Float32Array(this.#gallery.photos[photo]!.count)
      row.set(cosines.subarray(p * rows, p * rows + end - first), first)
      this.#found.set(photo, ofPhoto.set(asked, row))
    }
  }

  /** One after another: what one finds is known when the next begins. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
