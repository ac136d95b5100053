import type { Neighbours, SimilarityMatrix } from '../report/data.ts'

const levels = 65535

/** A photo in another one's ranking. */
export interface Ranked {
  readonly photo: number
  readonly similarity: number
  /** Places of the coat that agree; undefined where they were not matched, or the report does not hold it. */
  readonly places?: number | undefined
  /** From 1; undefined where photos that the report's matrix does not hold may come before it. */
  readonly rank: number | undefined
}

/** Similarities between the report's photos, and their rankings. */
export class Ranking {
  /** Row of each photo in the matrix; −1 where it is not in it. */
  readonly row: Int32Array
  readonly size: number
  readonly #neighbours: readonly Neighbours[]
  readonly #matrix: SimilarityMatrix
  #values: Uint16Array | undefined

  constructor(matrix: SimilarityMatrix, neighbours: readonly Neighbours[]) {
    this.#matrix = matrix
    this.#neighbours = neighbours
    this.size = matrix.order.length
    this.row = new Int32Array(neighbours.length).fill(-1)
    matrix.order.forEach((photo, row) => {
      this.row[photo] = row
    })
  }

  /** Similarity of two rows of the matrix, to 1.6e-5. */
  at(a: number, b: number): number {
    if (a === b) return 1
    const [i, j] = a < b ? [a, b] : [b, a]
    this.#values ??= decode(this.#matrix.values)
    return (this.#values[i * this.size - (i * (i + 1)) / 2 + j - i - 1]! / levels) * 2 - 1
  }

  /** Similarity of two photos; undefined where the report does not hold it. */
  similarity(a: number, b: number): number | undefined {
    const listed = this.listed(a, b) ?? this.listed(b, a)
    if (listed !== undefined) return listed.similarity
    const [i, j] = [this.row[a]!, this.row[b]!]
    return i < 0 || j < 0 ? undefined : this.at(i, j)
  }

  /** Whether the report holds all similarities, and so whole rankings. */
  get whole(): boolean {
    return this.size === this.row.length
  }

  /**
   * The photos most similar to one: those that the metrics ranked, in their order, then the others of the matrix. Where the
   * metrics left some out, `others` may leave out the same.
   */
  order(photo: number, others: (other: number) => boolean = () => true): Ranked[] {
    const { photos, similarities, places } = this.#neighbours[photo]!
    const first = photos.map((other, k) => ({
      photo: other,
      similarity: similarities[k]!,
      places: places?.[k],
      rank: k + 1,
    }))
    const row = this.row[photo]!
    if (row < 0) return first
    const listed = new Set([photo, ...photos])
    const rest = this.#matrix.order.flatMap((other, r) =>
      listed.has(other) || !others(other) ? [] : [{ photo: other, similarity: this.at(row, r) }],
    )
    rest.sort((a, b) => b.similarity - a.similarity)
    const rankOf = (k: number) => (this.whole ? first.length + k + 1 : undefined)
    return [...first, ...rest.map((ranked, k) => ({ ...ranked, rank: rankOf(k) }))]
  }

  /** What the ranking of `a` says of `b`, where it is among the first. */
  listed(a: number, b: number): Pick<Ranked, 'similarity' | 'places'> | undefined {
    const { photos, similarities, places } = this.#neighbours[a]!
    const k = photos.indexOf(b)
    return k < 0 ? undefined : { similarity: similarities[k]!, places: places?.[k] }
  }
}

function decode(base64: string): Uint16Array {
  const text = atob(base64)
  const values = new Uint16Array(text.length / 2)
  for (let i = 0; i < values.length; i++) values[i] = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8)
  return values
}
