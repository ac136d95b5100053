import { type Plane, plane } from './plane.ts'

/** Weights beyond three σ are left out: they are 0.3 % of a Gaussian. */
const reachSigmas = 3

/** The plane blurred by a Gaussian of `sigma` pixels, columns and rows apart, mirrored at its edges (… 2 1 0 1 2 …). */
export function blur(source: Plane, sigma: number): Plane {
  const weights = halfKernel(sigma)
  return blurColumns(blurRows(source, weights), weights)
}

/** g(0), g(1) … g(reach): a symmetric kernel that sums to one. */
function halfKernel(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(reachSigmas * sigma))
  const weights = Float64Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)))
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}

function blurRows({ width, height, data }: Plane, weights: Float64Array): Plane {
  const reach = weights.length - 1
  const out = plane(width, height)
  const padded = new Float32Array(Math.ceil(width / 4) * 4 + 2 * reach) // [reach, row, reach], whole fours
  const row = new Float32Array(Math.ceil(width / 4) * 4)
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width, (y + 1) * width), reach)
    for (let i = 1; i <= reach; i++) {
      padded[reach - i] = padded[reach + mirror(-i, width)]!
      padded[reach + width - 1 + i] = padded[reach + mirror(width - 1 + i, width)]!
    }
    sumFours(padded, weights, row)
    out.data.set(row.subarray(0, width), y * width)
  }
  return out
}

function blurColumns({ width, height, data }: Plane, weights: Float64Array): Plane {
  const reach = weights.length - 1
  const out = plane(width, height)
  const rows = 2 * reach + 1
  const stride = Math.ceil(width / 4) * 4
  const window = new Float32Array(rows * stride) // the rows around y: row y + i at slot (y + i) mod rows
  const sums = new Float64Array(stride)
  const slot = (y: number) => (((y % rows) + rows) % rows) * stride
  const load = (y: number) => {
    const from = mirror(y, height) * width
    window.set(data.subarray(from, from + width), slot(y))
  }
  for (let y = -reach; y < reach; y++) load(y)
  for (let y = 0; y < height; y++) {
    load(y + reach)
    scaleRow(window, slot(y), weights[0]!, sums)
    for (let i = 1; i <= reach; i++) addRows(window, slot(y - i), slot(y + i), weights[i]!, sums)
    for (let x = 0, to = y * width; x < width; x++) out.data[to + x] = sums[x]!
  }
  return out
}

/** row[x] = Σ weights[|i|] · padded[reach + x + i], four x at once: four sums do not wait for each other. */
function sumFours(padded: Float32Array, weights: Float64Array, row: Float32Array): void {
  const reach = weights.length - 1
  const first = weights[0]!
  for (let x = 0; x < row.length; x += 4) {
    const at = x + reach
    let a = first * padded[at]!
    let b = first * padded[at + 1]!
    let c = first * padded[at + 2]!
    let d = first * padded[at + 3]!
    for (let i = 1; i <= reach; i++) {
      const w = weights[i]!
      const l = at - i
      const r = at + i
      a += w * (padded[l]! + padded[r]!)
      b += w * (padded[l + 1]! + padded[r + 1]!)
      c += w * (padded[l + 2]! + padded[r + 2]!)
      d += w * (padded[l + 3]! + padded[r + 3]!)
    }
    row[x] = a
    row[x + 1] = b
    row[x + 2] = c
    row[x + 3] = d
  }
}

function scaleRow(window: Float32Array, at: number, weight: number, sums: Float64Array): void {
  for (let x = 0; x < sums.length; x++) sums[x] = weight * window[at + x]!
}

function addRows(window: Float32Array, above: number, below: number, weight: number, sums: Float64Array): void {
  for (let x = 0; x < sums.length; x++) sums[x] = sums[x]! + weight * (window[above + x]! + window[below + x]!)
}

/** The index inside of 0 … size − 1 that mirroring at the edges leads to. */
function mirror(index: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const inside = ((index % period) + period) % period
  return inside < size ? inside : period - inside
}
