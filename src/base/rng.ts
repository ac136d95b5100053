/**
 * A seeded stream of random numbers: sfc32 (Chris Doty-Humphrey, PractRand) keyed by a hash of the seed.
 * `fork(name)` depends on the seed and the names only, never on what was drawn before, so randomness is a pure function of
 * (seed, name…) and a run resumed in its middle draws what the uninterrupted one would have drawn.
 */
export class Rng {
  readonly key: string
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(key: string | number) {
    this.key = String(key)
    this.#a = hash32(this.key, 0x9e3779b9)
    this.#b = hash32(this.key, 0x243f6a88)
    this.#c = hash32(this.key, 0xb7e15162)
    for (let i = 0; i < 15; i++) this.uint32()
  }

  /** An independent stream, the same whatever was drawn from this one. */
  fork(name: string | number): Rng {
    return new Rng(`${this.key}/${name}`)
  }

  /** Uniform in [0, 2³²), an integer. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0
    return t >>> 0
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 4294967296)
  }

  /** Uniform among the integers 0 … n − 1. */
  int(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p
  }

  /** Normal with the given mean and standard deviation (Box–Muller). */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const held = out[i] as T
      out[i] = out[j] as T
      out[j] = held
    }
    return out
  }
}

/** A 32-bit hash of text: FNV-1a with murmur3's finaliser. */
function hash32(text: string, basis: number): number {
  let h = basis | 0
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
