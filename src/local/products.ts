import { check, inOrder } from '../base/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { type Block, Blocks } from './blocks.ts'
import type { Compared } from './correspond.ts'
import { descriptorZero, type LocalFeatures } from './features.ts'
import { Held, numbersHeld } from './held.ts'
import { type KindSpan, kindSpans } from './kinds.ts'
import type { PackedFeatures } from './packed.ts'
import { floatWay, Programs, type Way, wholeWay } from './programs.ts'

/** From so many descriptors of a gallery on, threads multiply blocks side by side; for fewer none are started. */
const descriptorsForLanes = 40_000

/** Cosines with the descriptors of photos, a query at a time. */
export interface Products {
  /**
   * Gets a query's descriptors ready, once for all its products. `itself`: the photo of the gallery that the query is, where photos are asked one after another
   * for each other; what it shares with the photos asked before it is then known already.
   * @throws InputError where its descriptors are of another length, or it has not the places of the photo that it is.
   */
  ask(query: LocalFeatures, itself?: number): QueryProducts
  release(): Promise<void>
}

/** Cosines of a query's descriptors with those of photos. Letters: Q descriptors of the query, P photos. */
export interface QueryProducts {
  /** [P, Q]: of each query descriptor the cosine with the closest one of its kind in each photo; 0 where that is negative, or there is none. */
  nearest(): Promise<Float32Array>
  /** Of each of these photos all cosines, by kind. The next ones are in the making while the caller is busy with one. */
  all(photos: readonly number[]): AsyncIterable<readonly Compared[]>
}

/** How much is remembered of photos that are asked for each other. */
export interface ProductsOptions {
  /** Numbers of 4 bytes at most: 256 MB unless given. */
  readonly held?: number
}

/** What all queries of a gallery share. */
interface Opened {
  readonly gallery: PackedFeatures
  readonly blocks: Blocks
  readonly programs: Programs
  readonly held: Held
}

/**
 * Opens the products of a gallery's descriptors on a backend. Q differs from query to query. Where no number is negative, as in RootSIFT, products are in
 * whole numbers.
 */
export async function openProducts(
  gallery: PackedFeatures,
  backend: Backend,
  { held = numbersHeld }: ProductsOptions = {},
): Promise<Products> {
  const { photos, dim } = gallery
  const total = photos.reduce((sum, { count }) => sum + count, 0)
  const programs = new Programs(backend, { dim, lanes: total >= descriptorsForLanes })
  const mayBeWhole = photos.every(({ descriptors }) => isNowhereNegative(descriptors))
  await programs.of(mayBeWhole ? wholeWay : floatWay, 'nearest')
  const opened = { gallery, blocks: new Blocks(gallery), programs, held: new Held(gallery, held) }
  return {
    ask: (query, itself) => {
      check(
        query.dim === dim && (itself === undefined || photos[itself]?.count === query.count),
        `local features: expected ${dim} numbers a descriptor, and of a photo of the gallery its own places, got ${query.dim} and ${query.count} places`,
      )
      return new Asked(opened, query, mayBeWhole && isNowhereNegative(query.descriptors) ? wholeWay : floatWay, itself)
    },
    release: () => programs.release(),
  }
}

class Asked implements QueryProducts {
  readonly #opened: Opened
  readonly #count: number
  readonly #way: Way
  readonly #spans: readonly KindSpan[]
  /** By kind. */
  readonly #queries: readonly Tensor[]
  /** Undefined where nothing is known of the query, or would be the same from the other side: only whole numbers are. */
  readonly #itself: number | undefined

  constructor(opened: Opened, query: LocalFeatures, way: Way, itself: number | undefined) {
    const { dim, spans } = opened.gallery
    this.#opened = opened
    this.#count = query.count
    this.#way = way
    this.#spans = kindSpans(query, spans.length)
    this.#queries = this.#spans.map(({ first, end }) =>
      way.queryOf(query.descriptors.subarray(first * dim, end * dim), dim),
    )
    this.#itself = way === wholeWay ? itself : undefined
  }

  nearest(): Promise<Float32Array> {
    const itself = this.#itself
    if (itself === undefined) return this.#nearest(new Map())
    const { held } = this.#opened
    return held.inTurn(() => this.#nearest(held.take(itself), (block, ofPhotos) => held.put(itself, block, ofPhotos)))
  }

  async *all(photos: readonly number[]): AsyncGenerator<readonly Compared[]> {
    const program = await this.#opened.programs.of(this.#way, 'single')
    yield* inOrder(photos, (photo) => this.#compare(program, photo), atOnceOf(program))
  }

  /** But for photos of which it is known already; `tell` learns what was found in the others once all is. */
  async #nearest(
    known: ReadonlyMap<number, Float32Array>,
    tell?: (block: Block, ofPhotos: Float32Array) => void,
  ): Promise<Float32Array> {
    const { gallery, blocks, programs } = this.#opened
    const program = await programs.of(this.#way, tell === undefined ? 'nearest' : 'both')
    const out = new Float32Array(gallery.photos.length * this.#count)
    for (const [photo, cosines] of known) out.set(cosines, photo * this.#count)
    const wanted = this.#spans.flatMap(({ first, end }, kind) =>
      end > first ? blocks.of(kind, (photo) => !known.has(photo)) : [],
    )
    const toTell: (readonly [Block, Float32Array])[] = []
    let next = 0
    for await (const { ofQuery, ofPhotos } of inOrder(wanted, (one) => this.#run(program, one), atOnceOf(program))) {
      const block = wanted[next++]!
      const { first, end } = this.#spans[block.kind]!
      const found = ofQuery!.data as Float32Array
      for (const [p, photo] of block.photos.entries())
        out.set(found.subarray(p * (end - first), (p + 1) * (end - first)), photo * this.#count + first)
      if (ofPhotos !== undefined) toTell.push([block, ofPhotos.data as Float32Array])
    }
    for (const [block, ofPhotos] of toTell) tell?.(block, ofPhotos)
    for (let i = 0; i < out.length; i++) out[i] = Math.max(0, out[i]!)
    return out
  }

  async #compare(program: Program, photo: number): Promise<Compared[]> {
    const { gallery, blocks } = this.#opened
    const compared: Compared[] = []
    for (const [kind, { first, end }] of this.#spans.entries()) {
      const rows = blocks.rowsOf(kind, photo)
      if (rows === 0 || end === first) continue
      const { products, ofPhotos, ofQuery } = await this.#run(program, { kind, photos: [photo], rows })
      const [cosines, best, own] = [products, ofPhotos, ofQuery].map((found) => found!.data as Float32Array)
      const photoFirst = gallery.spans[kind]![photo]!.first
      compared.push({ cosines: cosines!, ofPhoto: best!, ofQuery: own!, queryFirst: first, photoFirst })
    }
    return compared
  }

  #run(program: Program, block: Block): Promise<Record<string, Tensor>> {
    const { gallery, blocks } = this.#opened
    const shape = [block.photos.length, block.rows, gallery.dim]
    const known = tensor('uint8', shape, this.#way.galleryOf(blocks.descriptors(block)))
    return program.run({ query: this.#queries[block.kind]!, gallery: known })
  }
}

function isNowhereNegative(descriptors: Uint8Array): boolean {
  for (let i = 0; i < descriptors.length; i++) if (descriptors[i]! < descriptorZero) return false
  return true
}

function atOnceOf({ lanes }: Program) {
  return { atOnce: lanes, ahead: lanes + 1 }
}
