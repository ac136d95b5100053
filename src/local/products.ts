import { cast, type Graph, input, matmul, mul, reduceMax, reshape, sub, type Value } from '../graph/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import { tensor } from '../tensor/index.ts'
import { descriptorStep, descriptorZero, type LocalFeatures } from './features.ts'
import type { PackedFeatures } from './packed.ts'

/**
 * Descriptors of a gallery that are multiplied at once. 2,400 are 8 photos of 300: their products with a query's 300 are 2.9 MB, which the
 * cache holds. Twice as many took half as long again.
 */
const descriptorsAtOnce = 2400

/** Cosines of a query's descriptors with those of photos. Letters: Q descriptors of the query, P photos, K a photo. */
export interface Products {
  /** [P, Q]: of each query descriptor the cosine with the closest descriptor of each photo. */
  nearest(query: LocalFeatures): Promise<Float32Array>
  /** [K, Q]: all cosines with this photo, K its own count. */
  all(query: LocalFeatures, photo: number): Promise<Float32Array>
  release(): Promise<void>
}

/** Opens the products of a gallery's descriptors on a backend. Q differs from query to query. */
export async function openProducts(gallery: PackedFeatures, backend: Backend): Promise<Products> {
  const { photos, perPhoto, dim, table } = gallery
  const together = Math.max(1, Math.floor(descriptorsAtOnce / perPhoto))
  const nearest = await backend.compile(nearestGraph(together, perPhoto, dim))
  const single = await backend.compile(productsGraph(perPhoto, dim))
  const bytes = perPhoto * dim
  const run = async (program: Program, query: LocalFeatures, block: Uint8Array): Promise<Float32Array> => {
    const { products } = await program.run({
      query: tensor('uint8', [query.count, dim], query.descriptors),
      gallery: tensor('uint8', [block.length / dim, dim], block),
    })
    return products!.data as Float32Array
  }
  return {
    nearest: async (query) => {
      const out = new Float32Array(photos.length * query.count)
      if (query.count === 0) return out
      for (let first = 0; first < photos.length; first += together) {
        const block = blockAt(table, first * bytes, together * bytes)
        const found = await run(nearest, query, block) // [together, Q]
        out.set(found.subarray(0, Math.min(together, photos.length - first) * query.count), first * query.count)
      }
      return out
    },
    all: async (query, photo) => {
      const { count } = photos[photo]!
      if (query.count === 0 || count === 0) return new Float32Array(0)
      const found = await run(single, query, blockAt(table, photo * bytes, bytes)) // [perPhoto, Q]
      return found.subarray(0, count * query.count)
    },
    release: async () => {
      await nearest.release()
      await single.release()
    },
  }
}

/** cosines [P·K, Q] → the largest of each photo [P, Q]. */
function nearestGraph(photos: number, perPhoto: number, dim: number): Graph {
  const cosines = reshape(cosinesOf(photos * perPhoto, dim), [photos, perPhoto, 'N']) // [P, K, Q]
  return { outputs: { products: reduceMax(cosines, { axes: [1] }) } }
}

function productsGraph(perPhoto: number, dim: number): Graph {
  return { outputs: { products: cosinesOf(perPhoto, dim) } }
}

/** The gallery's block times the query's descriptors, which are few and stay in the cache: [rows, N]. */
function cosinesOf(rows: number, dim: number): Value {
  return matmul(unit(input('gallery', [rows, dim], 'uint8')), unit(input('query', ['N', dim], 'uint8')), {
    transB: true,
  })
}

/** Bytes as the numbers that they stand for. */
function unit(bytes: Value): Value {
  return mul(sub(cast(bytes, 'float32'), descriptorZero), descriptorStep)
}

/** A block of the table, filled with zero vectors where that ends. */
function blockAt(table: Uint8Array, at: number, length: number): Uint8Array {
  const block = table.subarray(at, at + length)
  if (block.length === length) return block
  const filled = new Uint8Array(length).fill(descriptorZero)
  filled.set(block)
  return filled
}
