const nothing = new Int32Array(0)

/** A set of whole numbers below a limit, made once and filled often: some ten times as fast as a Set for the small ones of re-ranking. */
export class IndexSet {
  readonly #has: Uint8Array
  readonly #members: Int32Array
  #size = 0

  constructor(limit: number) {
    this.#has = new Uint8Array(limit)
    this.#members = new Int32Array(limit)
  }

  has(index: number): boolean {
    return this.#has[index] === 1
  }

  add(index: number): void {
    if (this.#has[index] === 1) return
    this.#has[index] = 1
    this.#members[this.#size++] = index
  }

  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#has[this.#members[i]!] = 0
    this.#size = 0
  }

  /** The members by size, sorted only where they are not among `near`, which rises; `near` itself where it holds just them. */
  rising(near: Int32Array = nothing): Int32Array {
    let kept = 0
    for (const index of near) kept += this.#has[index]!
    if (kept < this.#size) return this.#members.slice(0, this.#size).sort()
    return kept === near.length ? near : near.filter((index) => this.has(index))
  }
}
