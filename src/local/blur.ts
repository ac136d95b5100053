import { openSymmetricSums, plainSymmetricSums, type SumSymmetric, sharedMemory, sumsAtOnce } from '../tensor/index.ts'
import { type Plane, plane } from './plane.ts'

/** Weights beyond three σ are left out: they are 0.3 % of a Gaussian. */
const reachSigmas = 3

/** The plane blurred by a Gaussian of `sigma` pixels, columns and rows apart, mirrored at its edges (… 2 1 0 1 2 …); summed in float64. */
export function blur(source: Plane, sigma: number): Plane {
  const weights = halfKernel(sigma)
  const bench = benchFor(source.width, weights)
  return blurColumns(blurRows(source, bench), bench)
}

/** g(0), g(1) … g(reach): a symmetric kernel that sums to one. */
function halfKernel(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(reachSigmas * sigma))
  const weights = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)))
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}

function blurRows({ width, height, data }: Plane, { reach, rows, rowAt, sumOf }: Bench): Plane {
  const out = plane(width, height)
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * width, (y + 1) * width), reach) // [reach, row, reach]
    for (let i = 1; i <= reach; i++) {
      rows[reach - i] = rows[reach + mirror(-i, width)]!
      rows[reach + width - 1 + i] = rows[reach + mirror(width - 1 + i, width)]!
    }
    out.data.set(
      sumOf((i) => rowAt(reach + i)),
      y * width,
    )
  }
  return out
}

function blurColumns({ width, height, data }: Plane, { reach, stride, rows, rowAt, sumOf }: Bench): Plane {
  const out = plane(width, height)
  const around = 2 * reach + 1 // the rows around y: row y + i at slot (y + i) mod around
  const slot = (y: number) => (((y % around) + around) % around) * stride
  const load = (y: number) => {
    const from = mirror(y, height) * width
    rows.set(data.subarray(from, from + width), slot(y))
  }
  for (let y = -reach; y < reach; y++) load(y)
  for (let y = 0; y < height; y++) {
    load(y + reach)
    out.data.set(
      sumOf((i) => rowAt(slot(y + i))),
      y * width,
    )
  }
  return out
}

/** The index inside of 0 … size − 1 that mirroring at the edges leads to. */
function mirror(index: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const inside = ((index % period) + period) % period
  return inside < size ? inside : period - inside
}

/** Where rows of a plane are summed. */
interface Bench {
  readonly reach: number
  /** A row's length, filled up to whole rounds of the kernel. */
  readonly stride: number
  /** [2 · reach + 1, stride] */
  readonly rows: Float64Array
  /** The place of a number of `rows`. */
  readonly rowAt: (index: number) => number
  /** Σ g(|i|) · row i for i from −reach to reach, [width]; `placeOf` tells where row i lies. Reused: copy what is kept. */
  readonly sumOf: (placeOf: (i: number) => number) => Float32Array
}

/** A thread's memory, kept for its next planes: to get one takes as long as to blur a small plane. */
let kept: Kept | undefined

interface Kept {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  readonly sum: SumSymmetric
}

function benchFor(width: number, weights: Float64Array): Bench {
  const [taps, reach] = [weights.length, weights.length - 1]
  const stride = Math.ceil(width / sumsAtOnce) * sumsAtOnce
  const [weightsAt, pairsAt] = [0, 8 * taps]
  const zerosAt = pairsAt + 8 * taps
  const outAt = zerosAt + 8 * stride
  const rowsAt = outAt + 4 * stride
  const { buffer, sum } = memoryOf(rowsAt + 8 * (2 * reach + 1) * stride)
  const pairs = new Int32Array(buffer, pairsAt, 2 * taps)
  const out = new Float32Array(buffer, outAt, width)
  new Float64Array(buffer, weightsAt, taps).set(weights)
  new Float64Array(buffer, zerosAt, stride).fill(0)
  const sumOf = (placeOf: (i: number) => number) => {
    for (let i = 0; i < taps; i++) {
      pairs[2 * i] = placeOf(-i)
      pairs[2 * i + 1] = i === 0 ? zerosAt : placeOf(i) // the row itself counts once
    }
    sum(pairsAt, weightsAt, taps, outAt, stride / sumsAtOnce)
    return out
  }
  const rows = new Float64Array(buffer, rowsAt, (2 * reach + 1) * stride)
  return { reach, stride, rows, rowAt: (index) => rowsAt + 8 * index, sumOf }
}

function memoryOf(bytes: number): Kept {
  if (kept === undefined || kept.buffer.byteLength < bytes) kept = memoryFor(2 * bytes)
  return kept
}

function memoryFor(bytes: number): Kept {
  const memory = sharedMemory(bytes)
  if (memory !== undefined) return { buffer: memory.buffer, sum: openSymmetricSums(memory) }
  const buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8)
  return { buffer, sum: plainSymmetricSums(buffer) }
}
