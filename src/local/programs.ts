import { cast, input, integerMatmul, matmul, mul, reduceMax, sub, type Value } from '../graph/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { descriptorStep, descriptorZero } from './features.ts'

/**
 * What is computed of gallery [P, K, D] and query [D, N]. nearest: `ofQuery` [P, N], of each of the query's the largest cosine in each photo; both: also
 * `ofPhotos` [P, K], of each of the photos' the largest cosine with the query's; single: also all, `products` [P, K, N].
 */
export type ProgramName = 'nearest' | 'both' | 'single'

/** How cosines are computed from bytes. */
export interface Way {
  /** [P, K, N], of which `cosines` makes cosines: the larger, the larger. */
  readonly sums: (dim: number) => Value
  readonly cosines: (sums: Value) => Value
  /** Of descriptors [N, D]: the query [D, N]. */
  readonly queryOf: (descriptors: Uint8Array, dim: number) => Tensor
  readonly galleryOf: (block: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

/** Programs, each compiled when it is first wanted. */
export class Programs {
  readonly #backend: Backend
  readonly #dim: number
  readonly #lanes: boolean
  readonly #opened = new Map<string, Promise<Program>>()

  constructor(backend: Backend, { dim, lanes }: { readonly dim: number; readonly lanes: boolean }) {
    this.#backend = backend
    this.#dim = dim
    this.#lanes = lanes
  }

  of(way: Way, name: ProgramName): Promise<Program> {
    const key = `${way === wholeWay ? 'whole' : 'float'} ${name}`
    const known = this.#opened.get(key) ?? this.#compile(way, name)
    this.#opened.set(key, known)
    return known
  }

  async release(): Promise<void> {
    for (const program of this.#opened.values()) await (await program).release()
  }

  #compile({ sums, cosines }: Way, name: ProgramName): Promise<Program> {
    const all = sums(this.#dim)
    const ofQuery = cosines(reduceMax(all, { axes: [1] }))
    const ofPhotos = cosines(reduceMax(all, { axes: [2] }))
    const outputs: Record<ProgramName, Record<string, Value>> = {
      nearest: { ofQuery },
      both: { ofQuery, ofPhotos },
      single: { ofQuery, ofPhotos, products: cosines(all) },
    }
    return this.#backend.compile({ outputs: outputs[name] }, { lanes: this.#lanes })
  }
}

/** The gallery's block times the query's descriptors, which are few and stay in the cache. */
export const floatWay: Way = {
  sums: (dim) => matmul(unit(input('gallery', ['P', 'K', dim], 'uint8')), unit(input('query', [dim, 'N'], 'uint8'))),
  cosines: (sums) => sums,
  queryOf: (descriptors, dim) => {
    const count = descriptors.length / dim
    return tensor('uint8', [dim, count], turned(descriptors, dim, new Uint8Array(descriptors.length), 0))
  },
  galleryOf: (block) => block,
}

/** In whole numbers, exact and twice as fast: bytes less 128, of which none may be negative, are below 128, which `integerMatmul` wants. */
export const wholeWay: Way = {
  sums: (dim) => integerMatmul(input('gallery', ['P', 'K', dim], 'uint8'), input('query', [dim, 'N'], 'int8')),
  cosines: (sums) => mul(cast(sums, 'float32'), descriptorStep ** 2),
  queryOf: (descriptors, dim) => {
    const count = descriptors.length / dim
    return tensor('int8', [dim, count], turned(descriptors, dim, new Int8Array(descriptors.length), descriptorZero))
  },
  galleryOf: lessZero,
}

/** [N, D] as [D, N], each number less `zero`. */
function turned<T extends Uint8Array | Int8Array>(descriptors: Uint8Array, dim: number, out: T, zero: number): T {
  const count = descriptors.length / dim
  for (let q = 0, at = 0; q < count; q++)
    for (let d = 0; d < dim; d++, at++) out[d * count + q] = descriptors[at]! - zero
  return out
}

/** Bytes as the numbers that they stand for. */
function unit(bytes: Value): Value {
  return mul(sub(cast(bytes, 'float32'), descriptorZero), descriptorStep)
}

/** Bytes of 128 and more, less 128: four at a time and in place, as this is done anew for every query. */
function lessZero(block: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const four = new Uint32Array(block.buffer, 0, block.length >> 2)
  for (let i = 0; i < four.length; i++) four[i] = four[i]! & 0x7f7f7f7f
  for (let i = four.length << 2; i < block.length; i++) block[i] = block[i]! - descriptorZero
  return block
}
