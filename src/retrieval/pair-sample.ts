/** Pairs that are kept one by one; 16 MB. */
const keptAtMost = 2 ** 20

/**
 * Pairs as they come, all of them up to a million; of more an even sample of half a million to a million, drawn by a hash of their number, so that
 * neither their order nor the size of a gallery decides which ones are kept.
 */
export class PairSample {
  bins: number[] = []
  queries: number[] = []
  gallery: number[] = []
  #hashes: number[] = []
  #mask = 0
  #seen = 0

  add(bin: number, query: number, gallery: number): void {
    const hash = hashOf(this.#seen++)
    if ((hash & this.#mask) !== 0) return
    this.bins.push(bin)
    this.queries.push(query)
    this.gallery.push(gallery)
    this.#hashes.push(hash)
    if (this.bins.length > keptAtMost) this.#halve()
  }

  #halve(): void {
    this.#mask = 2 * this.#mask + 1
    const stays = this.#hashes.map((hash) => (hash & this.#mask) === 0)
    const left = (values: number[]) => values.filter((_, i) => stays[i])
    this.bins = left(this.bins)
    this.queries = left(this.queries)
    this.gallery = left(this.gallery)
    this.#hashes = left(this.#hashes)
  }
}

/** 32 bits that look random. */
function hashOf(number: number): number {
  let hash = Math.imul(number ^ (number >>> 16), 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return hash ^ (hash >>> 16)
}
