import { check, counted } from '../base/index.ts'

/** Embeddings of `count` photos, row-major [count, dim]. They need not be normalised: all distances here are of angles. */
export interface Embeddings {
  readonly count: number
  readonly dim: number
  readonly data: Float32Array
  /** Of an ensemble that fuses ranks: the members whose embeddings stand side by side in a row. Without it, one cosine. */
  readonly fusion?: RankFusion | undefined
}

/** One member of an ensemble: how many numbers of a row are its own, and how much its ranking counts. */
export interface RankedPart {
  readonly dim: number
  readonly weight: number
}

/**
 * Reciprocal rank fusion over members m, each with a cosine of its own: s(q, g) = Σ wₘ / (k + rankₘ(q, g)) · (k + 1) / Σ wₘ, so that a
 * photo that all members rank first has 1. Cormack, Clarke and Büttcher, 2009.
 */
export interface RankFusion {
  /** In the order of a row; their `dim` add up to the embeddings'. */
  readonly parts: readonly RankedPart[]
  /** The k of the formula: the larger, the less the first ranks stand out. 60 in the paper. */
  readonly k: number
}

/**
 * e / ‖e‖₂ row by row, a copy. A row of zeros stays zeros (as PyTorch's `F.normalize`), so its cosine is 0 with every photo.
 * @throws InputError naming the row that holds NaN or an infinity.
 */
export function l2Normalise(embeddings: Embeddings): Embeddings {
  const scale = inverseNorms(embeddings, 'embeddings')
  const { count, dim } = embeddings
  const data = embeddings.data.slice()
  for (let row = 0; row < count; row++) {
    for (let i = row * dim; i < (row + 1) * dim; i++) data[i] = data[i]! * scale[row]!
  }
  return { count, dim, data }
}

/** Rows of a set, in the order of their indices here, a copy. */
export function pickRows({ dim, data, fusion }: Embeddings, rows: readonly number[]): Embeddings {
  const picked = new Float32Array(rows.length * dim)
  rows.forEach((row, i) => {
    picked.set(data.subarray(row * dim, (row + 1) * dim), i * dim)
  })
  return { count: rows.length, dim, data: picked, fusion }
}

/** 1 / ‖e‖₂ of each row in float64, 0 for a row of zeros. @throws InputError naming `where` and the row that is not finite. */
export function inverseNorms({ count, dim, data }: Embeddings, where: string): Float64Array {
  check(
    data.length === count * dim,
    `${where}: expected ${count} × ${dim} = ${counted(count * dim, 'number')}, got ${data.length}`,
  )
  const inverse = new Float64Array(count)
  for (let row = 0; row < count; row++) {
    let squares = 0 // float64: the square of a large float32 is no overflow
    for (let i = row * dim; i < (row + 1) * dim; i++) squares += data[i]! * data[i]!
    if (!Number.isFinite(squares)) refuseRow(data.subarray(row * dim, (row + 1) * dim), row, where)
    inverse[row] = squares > 0 ? 1 / Math.sqrt(squares) : 0
  }
  return inverse
}

function refuseRow(values: Float32Array, row: number, where: string): never {
  const column = values.findIndex((value) => !Number.isFinite(value))
  check(false, `${where}: row ${row}, column ${column}: expected a finite number, got ${values[column]}`)
}
