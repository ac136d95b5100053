/**
 * Disjoint sets of 0 … n − 1 (Galler and Fischer 1964), smaller sets put below larger ones and paths halved: n unions take time
 * nearly proportional to n.
 */
export class UnionFind {
  readonly #parents: Int32Array
  readonly #sizes: Int32Array

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, i) => i)
    this.#sizes = new Int32Array(count).fill(1)
  }

  /** One member that stands for the whole set of `i`. */
  find(i: number): number {
    const parents = this.#parents
    let at = i
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!
      at = parents[at]!
    }
    return at
  }

  /** Makes the sets of a and b one. */
  union(a: number, b: number): void {
    const [rootA, rootB] = [this.find(a), this.find(b)]
    if (rootA === rootB) return
    const [small, large] = this.#sizes[rootA]! < this.#sizes[rootB]! ? [rootA, rootB] : [rootB, rootA]
    this.#parents[small] = large
    this.#sizes[large]! += this.#sizes[small]!
  }

  /** For each member the number of its set, sets numbered by their first members. */
  groups(): Int32Array {
    const numbers = new Map<number, number>()
    return Int32Array.from(this.#parents, (_, i) => {
      const root = this.find(i)
      const number = numbers.get(root) ?? numbers.size
      numbers.set(root, number)
      return number
    })
  }
}
