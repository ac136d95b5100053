import { type InOrderOptions, inOrder } from '../base/index.ts'
import { cast, input, integerMatmul, matmul, mul, reduceMax, reshape, sub, type Value } from '../graph/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { descriptorStep, descriptorZero, type LocalFeatures } from './features.ts'
import type { PackedFeatures } from './packed.ts'

/**
 * Descriptors of a gallery that are multiplied at once. 2,400 are 8 photos of 300: their products with a query's 300 are 2.9 MB, which the
 * cache holds. Twice as many took half as long again.
 */
const descriptorsAtOnce = 2400

/** From so many descriptors of a gallery on, threads multiply blocks side by side; for fewer none are started. */
const descriptorsForLanes = 40_000

/** Cosines with the descriptors of photos, a query at a time. */
export interface Products {
  /** Gets a query's descriptors ready, once for all its products. */
  ask(query: LocalFeatures): Promise<QueryProducts>
  release(): Promise<void>
}

/** Cosines of a query's descriptors with those of photos. Letters: Q descriptors of the query, P photos, K a photo. */
export interface QueryProducts {
  /** [P, Q]: of each query descriptor the cosine with the closest descriptor of each photo. */
  nearest(): Promise<Float32Array>
  /** [K, Q] of each of these photos, K its own count: all cosines. The next ones are in the making while the caller is busy with one. */
  all(photos: readonly number[]): AsyncIterable<Float32Array>
}

/**
 * Opens the products of a gallery's descriptors on a backend. Q differs from query to query. Where no number is negative, as in RootSIFT, products are in
 * whole numbers, exact and twice as fast: bytes less 128 are below 128, which `integerMatmul` wants.
 */
export async function openProducts(gallery: PackedFeatures, backend: Backend): Promise<Products> {
  const { photos, perPhoto, dim, table } = gallery
  const together = Math.max(1, Math.floor(descriptorsAtOnce / perPhoto))
  const bytes = perPhoto * dim
  const lanes = photos.length * perPhoto >= descriptorsForLanes
  const mayBeWhole = isNowhereNegative(table)
  const opened = new Map<Way, Promise<Programs>>()
  const programsOf = (way: Way): Promise<Programs> => {
    const known = opened.get(way) ?? compiled(backend, way, { together, perPhoto, dim, lanes })
    opened.set(way, known)
    return known
  }
  await programsOf(mayBeWhole ? wholeWay : floatWay)
  const ask = async (query: LocalFeatures): Promise<QueryProducts> => {
    const way = mayBeWhole && isNowhereNegative(query.descriptors) ? wholeWay : floatWay
    const [programs, asked] = [await programsOf(way), way.queryOf(query)]
    const run = async (program: Program, block: Uint8Array): Promise<Float32Array> => {
      const known = tensor('uint8', [block.length / dim, dim], way.galleryOf(block))
      const { products } = await program.run({ query: asked, gallery: known })
      return products!.data as Float32Array
    }
    return {
      nearest: async () => {
        const out = new Float32Array(photos.length * query.count)
        if (query.count === 0) return out
        const blockOf = (first: number) => blockAt(table, first * bytes, together * bytes)
        const found = inOrder(
          stepsTo(photos.length, together),
          (first) => run(programs.nearest, blockOf(first)), // [together, Q]
          atOnceOf(programs.nearest),
        )
        let first = 0
        for await (const block of found) {
          out.set(block.subarray(0, Math.min(together, photos.length - first) * query.count), first * query.count)
          first += together
        }
        return out
      },
      all: (asked) =>
        inOrder(
          asked,
          async (photo) => {
            const { count } = photos[photo]!
            if (query.count === 0 || count === 0) return new Float32Array(0)
            const found = await run(programs.single, blockAt(table, photo * bytes, bytes)) // [perPhoto, Q]
            return found.subarray(0, count * query.count)
          },
          atOnceOf(programs.single),
        ),
    }
  }
  return {
    ask,
    release: async () => {
      for (const programs of opened.values())
        for (const program of Object.values(await programs)) await program.release()
    },
  }
}

/** cosines [P·K, Q] → the largest of each photo [P, Q]; and all of one photo [K, Q]. */
interface Programs {
  readonly nearest: Program
  readonly single: Program
}

/** What programs are compiled for. */
interface Sizes {
  readonly together: number
  readonly perPhoto: number
  readonly dim: number
  /** Whether each thread multiplies blocks of its own. */
  readonly lanes: boolean
}

/** How cosines are computed from bytes. */
interface Way {
  /** [rows, N], of which `cosines` makes cosines: the larger, the larger. */
  readonly sums: (rows: number, dim: number) => Value
  readonly cosines: (sums: Value) => Value
  readonly queryOf: (query: LocalFeatures) => Tensor
  readonly galleryOf: (block: Uint8Array) => Uint8Array<ArrayBufferLike>
}

async function compiled(backend: Backend, { sums, cosines }: Way, sizes: Sizes): Promise<Programs> {
  const { together, perPhoto, dim, lanes } = sizes
  const ofPhotos = reshape(sums(together * perPhoto, dim), [together, perPhoto, 'N']) // [P, K, Q]
  const compile = (products: Value) => backend.compile({ outputs: { products: cosines(products) } }, { lanes })
  return { nearest: await compile(reduceMax(ofPhotos, { axes: [1] })), single: await compile(sums(perPhoto, dim)) }
}

/** The gallery's block times the query's descriptors, which are few and stay in the cache. */
const floatWay: Way = {
  sums: (rows, dim) =>
    matmul(unit(input('gallery', [rows, dim], 'uint8')), unit(input('query', ['N', dim], 'uint8')), { transB: true }),
  cosines: (sums) => sums,
  queryOf: ({ count, dim, descriptors }) => tensor('uint8', [count, dim], descriptors),
  galleryOf: (block) => block,
}

const wholeWay: Way = {
  sums: (rows, dim) => integerMatmul(input('gallery', [rows, dim], 'uint8'), input('query', [dim, 'N'], 'int8')),
  cosines: (sums) => mul(cast(sums, 'float32'), descriptorStep ** 2),
  queryOf: ({ count, dim, descriptors }) => {
    const turned = new Int8Array(dim * count)
    for (let q = 0, at = 0; q < count; q++)
      for (let d = 0; d < dim; d++, at++) turned[d * count + q] = descriptors[at]! - descriptorZero
    return tensor('int8', [dim, count], turned)
  },
  galleryOf: lessZero,
}

/** Bytes as the numbers that they stand for. */
function unit(bytes: Value): Value {
  return mul(sub(cast(bytes, 'float32'), descriptorZero), descriptorStep)
}

/** Bytes of 128 and more, less 128: four at a time, as this is done anew for every query. */
function lessZero(block: Uint8Array): Uint8Array {
  const less = new Uint8Array(block)
  const four = new Uint32Array(less.buffer, 0, less.length >> 2)
  for (let i = 0; i < four.length; i++) four[i] = four[i]! & 0x7f7f7f7f
  for (let i = four.length << 2; i < less.length; i++) less[i] = less[i]! - descriptorZero
  return less
}

function isNowhereNegative(descriptors: Uint8Array): boolean {
  for (let i = 0; i < descriptors.length; i++) if (descriptors[i]! < descriptorZero) return false
  return true
}

function atOnceOf({ lanes }: Program): InOrderOptions {
  return { atOnce: lanes, ahead: lanes + 1 }
}

/** 0, step, 2 · step … below `end`. */
function stepsTo(end: number, step: number): number[] {
  return Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step)
}

/** A block of the table, filled with zero vectors where that ends. */
function blockAt(table: Uint8Array, at: number, length: number): Uint8Array {
  const block = table.subarray(at, at + length)
  if (block.length === length) return block
  const filled = new Uint8Array(length).fill(descriptorZero)
  filled.set(block)
  return filled
}
