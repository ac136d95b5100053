import { descriptorZero } from './features.ts'
import type { PackedFeatures } from './packed.ts'

/**
 * Descriptors of a gallery that are multiplied at once. 2,400 are 6 photos of 400: their products with a query's 400 are 3.8 MB, which the
 * cache holds. Twice as many took half as long again on one processor, and as long on another.
 */
const descriptorsAtOnce = 2400

/** Photos of which each has a place of one kind, and at most `rows` of them. */
export interface Block {
  readonly kind: number
  readonly photos: readonly number[]
  readonly rows: number
}

/** Cuts galleries into blocks: photos with about as many places of a kind stand together, so that little is filled up. */
export class Blocks {
  readonly #gallery: PackedFeatures
  /** By kind the photos that have it, those with most places first. */
  readonly #order: readonly (readonly number[])[]

  constructor(gallery: PackedFeatures) {
    this.#gallery = gallery
    this.#order = gallery.spans.map((_, kind) =>
      [...gallery.photos.keys()]
        .filter((photo) => this.rowsOf(kind, photo) > 0)
        .sort((a, b) => this.rowsOf(kind, b) - this.rowsOf(kind, a) || a - b),
    )
  }

  /** The blocks in which the places of a kind are multiplied, of the photos that `isAsked` takes. */
  of(kind: number, isAsked: (photo: number) => boolean): Block[] {
    const blocks: { kind: number; photos: number[]; rows: number }[] = []
    for (const photo of this.#order[kind] ?? []) {
      if (!isAsked(photo)) continue
      const last = blocks.at(-1)
      if (last !== undefined && (last.photos.length + 1) * last.rows <= descriptorsAtOnce) last.photos.push(photo)
      else blocks.push({ kind, photos: [photo], rows: this.rowsOf(kind, photo) })
    }
    return blocks
  }

  /** Places of a kind that a photo has. */
  rowsOf(kind: number, photo: number): number {
    const span = this.#gallery.spans[kind]?.[photo]
    return span === undefined ? 0 : span.end - span.first
  }

  /** [P, rows, D]: the descriptors of a block, each photo's filled up with zero vectors, which are nobody's nearest neighbour. */
  descriptors({ kind, photos, rows }: Block): Uint8Array<ArrayBuffer> {
    const { dim, spans, photos: known } = this.#gallery
    const block = new Uint8Array(photos.length * rows * dim).fill(descriptorZero)
    photos.forEach((photo, p) => {
      const { first, end } = spans[kind]![photo]!
      block.set(known[photo]!.descriptors.subarray(first * dim, end * dim), p * rows * dim)
    })
    return block
  }
}
