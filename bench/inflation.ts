import { burstsOf, groupedSplit, type Photo } from '../src/data/index.ts'
import { hashWords, type ImageRGBA, perceptualHash } from '../src/images/index.ts'
import { chanceOf, type Embeddings, evaluateQueriesAgainstGallery } from '../src/retrieval/index.ts'
import { studio } from '../src/synth/index.ts'
import type { Chance } from './by-chance.ts'

/** A score by four ways to set photos aside, each against a gallery of the rest. */
export interface Inflation {
  /** Photos by lot: those of one moment come on both sides. */
  readonly stratified: Scored
  /** The photos of a moment that look the same to two hashes stay together: what can be done where no moment is known. */
  readonly hashed: Scored
  /** The photos of a moment stay together. */
  readonly burstDisjoint: Scored
  /** New photos, of moments that nobody has seen, against the gallery of the burst-disjoint split. */
  readonly fresh: Scored
}

export interface Scored {
  readonly queries: number
  readonly rank1: number
  readonly identityBalancedMap: number
  readonly chance: Chance
}

/** How many are drawn. Photos to train with come in bursts of 2 to 5, fresh ones one a moment. */
export interface InflationOptions {
  readonly seed: number
  readonly identities: number
  readonly photosPerIdentity: number
  readonly freshPerIdentity: number
}

const [widthPx, heightPx, fraction] = [96, 66, 0.25] as const

/** Drawn jaguars under an embedding that nothing was learned for: what differs between the scores is the split alone. */
export async function measureInflation({ seed, freshPerIdentity, ...counts }: InflationOptions): Promise<Inflation> {
  const drawn = studio({ ...counts, testPhotosPerIdentity: freshPerIdentity, seed, widthPx, heightPx })
  const pictures = drawn.photos.map((photo) => drawn.render(photo))
  const embedded = pictures.map(colours)
  const rowsOf = (side: 'train' | 'test') => drawn.photos.flatMap(({ split }, i) => (split === side ? [i] : []))
  const [known, fresh] = [rowsOf('train'), rowsOf('test')]
  const photos = known.map((row): Photo => {
    const { filename, name, encounter } = drawn.photos[row]!
    return { filename, path: filename, identity: name, encounter, extra: {} }
  })
  const side = (rows: readonly number[]) => ({
    embeddings: together(rows.map((row) => embedded[row]!)),
    identities: rows.map((row) => drawn.photos[row]!.name),
  })
  const score = (queries: readonly number[], gallery: readonly number[]): Scored => {
    const { rank1, identityBalancedMap, perQuery } = evaluateQueriesAgainstGallery(side(queries), side(gallery))
    return { queries: queries.length, rank1, identityBalancedMap, chance: chanceOf(perQuery) }
  }
  const hashes = new Uint32Array(hashWords * known.length)
  for (const [i, row] of known.entries()) hashes.set(perceptualHash(pictures[row]!), hashWords * i)
  const alike = await burstsOf(
    hashes,
    photos.map(({ identity }) => identity),
  )
  const split = (kind: 'stratified' | 'burst' | 'encounter') => {
    const bursts = kind === 'burst' ? { bursts: alike.bursts } : {}
    const { train, validation } = groupedSplit(photos, { kind, fraction, seed, ...bursts })
    return { queries: validation.map((i) => known[i]!), gallery: train.map((i) => known[i]!) }
  }
  const [byLot, byHash, byBurst] = [split('stratified'), split('burst'), split('encounter')]
  return {
    stratified: score(byLot.queries, byLot.gallery),
    hashed: score(byHash.queries, byHash.gallery),
    burstDisjoint: score(byBurst.queries, byBurst.gallery),
    fresh: score(fresh, byBurst.gallery),
  }
}

const [columns, rows] = [12, 8] as const

/** The mean colours of 12 × 8 cells, less the photo's mean brightness: [288]. */
function colours({ data, width, height }: ImageRGBA): Float32Array {
  const sums = new Float32Array(columns * rows * 3)
  const counts = new Float32Array(columns * rows)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width)
      counts[cell]!++
      for (let c = 0; c < 3; c++) sums[3 * cell + c]! += data[4 * (y * width + x) + c]!
    }
  const means = sums.map((sum, i) => sum / counts[Math.floor(i / 3)]!)
  const brightness = means.reduce((sum, value) => sum + value, 0) / means.length
  return means.map((value) => value - brightness)
}

function together(vectors: readonly Float32Array[]): Embeddings {
  const dim = vectors[0]!.length
  const data = new Float32Array(vectors.length * dim)
  vectors.forEach((vector, i) => data.set(vector, i * dim))
  return { count: vectors.length, dim, data }
}
