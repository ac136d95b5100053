import { Rng } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import { encodePng } from '../src/images/index.ts'
import {
  buildReport,
  type Explanation,
  type PhotoPicture,
  type Projection,
  type ReportData,
  type ReportInput,
} from '../src/report/index.ts'

export interface ClusterOptions {
  readonly identities: number
  readonly photosEach: number
  readonly dim?: number
  /** How far an individual's photos lie apart; 1 is about as far as individuals do. */
  readonly spread?: number
}

/** What a report is made of: made-up individuals as clusters of points, none of which exists. */
export function clusterReport(
  { identities, photosEach, dim = 16, spread = 0.8 }: ClusterOptions,
  given: Partial<ReportInput> = {},
): ReportInput {
  const count = identities * photosEach
  const rng = new Rng('clusters')
  const centres = Float32Array.from({ length: identities * dim }, () => rng.normal())
  const owner = (photo: number) => Math.floor(photo / photosEach)
  const data = Float32Array.from({ length: count * dim }, (_, i) => {
    const [photo, axis] = [Math.floor(i / dim), i % dim]
    return centres[owner(photo) * dim + axis]! + spread * rng.normal()
  })
  const photos = Array.from({ length: count }, (_, photo): Photo => {
    const [identity, shot] = [owner(photo), photo % photosEach]
    return {
      filename: `camera_${identity % 7}/photo_${String(photo).padStart(4, '0')}.jpg`,
      path: `photo_${photo}.png`,
      identity: nameOf(identity),
      encounter: `e${identity}-${Math.floor(shot / 2)}`,
      flank: shot % 2 === 0 ? 'left' : 'right',
      extra: {},
    }
  })
  return {
    title: 'clusters',
    model: 'made-up embeddings',
    flipAveraging: true,
    data: 'clusters',
    split: 'validation',
    reason: 'made up',
    hashes: { config: null, data: '0'.repeat(64), split: null, weights: null },
    photos,
    embeddings: { count, dim, data },
    projections: [plane(data, dim, count, 'pca'), plane(data, dim, count, 'tsne')],
    curves: madeUpCurves(),
    trainedOn: { train: 30, validation: 20, leakage: ['no photo of the validation side is within 11 bits'] },
    ...given,
  }
}

export function clusterData(options: ClusterOptions, given: Partial<ReportInput> = {}): ReportData {
  return buildReport(clusterReport(options, given))
}

const syllables = ['A', 'bri', 'Ben', 'to', 'Cai', 'man', 'Ju', 'ru', 'Ma', 'ra', 'Pi', 'xo', 'Ti', 'e', 'Ou', 'sa']

function nameOf(i: number): string {
  const [a, b, c] = [i % 8, Math.floor(i / 8) % 8, Math.floor(i / 64)]
  return `${syllables[2 * a]}${syllables[2 * b + 1]}${c === 0 ? '' : ` ${c + 1}`}`
}

/** Two coordinates of the embeddings, in the place of a projection. */
function plane(data: Float32Array, dim: number, count: number, name: 'pca' | 'tsne'): Projection {
  const axis = (k: number) => Array.from({ length: count }, (_, photo) => data[photo * dim + (k % dim)]!)
  const first = name === 'pca' ? 0 : 2
  return {
    name,
    title: name === 'pca' ? 'PCA' : 't-SNE',
    note: `Coordinates ${first + 1} and ${first + 2}.`,
    axes: ['first', 'second'],
    x: axis(first),
    y: axis(first + 1),
  }
}

function madeUpCurves(): NonNullable<ReportData['curves']> {
  const rng = new Rng('curves')
  const steps = Array.from({ length: 900 }, (_, i) => ({
    step: i + 1,
    epoch: Math.floor(i / 30) + 1,
    loss: 1.5 + 6 * Math.exp(-i / 250) + 0.4 * rng.normal(),
    learningRate: 0.002 * Math.min(1, i / 60) * 0.5 * (1 + Math.cos((Math.PI * i) / 900)),
  }))
  const validations = Array.from({ length: 6 }, (_, i) => ({
    step: (i + 1) * 150,
    epoch: 5 * (i + 1),
    identityBalancedMap: 0.7 - 0.6 * Math.exp(-i / 2),
    map: 0.72 - 0.6 * Math.exp(-i / 2),
    rank1: 0.85 - 0.6 * Math.exp(-i / 2),
  }))
  return { steps, validations }
}

export interface LargeOptions {
  readonly photos: number
  /** Rows of the similarity matrix. */
  readonly rows: number
}

/** A report of the given size whose numbers mean nothing, made fast: for what depends on size alone. */
export function largeData({ photos: count, rows }: LargeOptions): ReportData {
  const rng = new Rng('large')
  const small = clusterData({ identities: 20, photosEach: 3 })
  const triangle = Buffer.alloc(rows * (rows - 1))
  for (let i = 0; i < triangle.length; i += 4) triangle.writeUInt32LE(rng.uint32(), Math.min(i, triangle.length - 4))
  const order = Array.from({ length: rows }, (_, i) => i)
  return {
    ...small,
    photos: order
      .concat(Array.from({ length: count - rows }, (_, i) => rows + i))
      .map((i) => ({ ...small.photos[i % 60]!, identity: Math.floor((i * 20) / count), file: `photo_${i}.jpg` })),
    neighbours: Array.from({ length: count }, (_, i) => ({
      photos: Array.from({ length: 40 }, (_, k) => (i + k + 1) % count),
      similarities: Array.from({ length: 40 }, (_, k) => 0.99 - k / 100),
    })),
    matrix: { order, low: -0.5, values: triangle.toString('base64') },
    projections: small.projections.map((projection) => ({
      ...projection,
      x: Array.from({ length: count }, () => rng.normal()),
      y: Array.from({ length: count }, () => rng.normal()),
    })),
  }
}

/** A picture of noise, of about the bytes of a photo's thumbnail of that size. */
export async function noisePicture(seed: number, width = 48, height = 32): Promise<PhotoPicture> {
  const rng = new Rng(`noise ${seed}`)
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : rng.int(256)))
  const png = await encodePng({ width, height, data })
  return { width, height, uri: `data:image/png;base64,${Buffer.from(png).toString('base64')}` }
}

/** An explanation of a match with numbers made up by hand: four cells a side, the first of them hottest. */
export function madeUpExplanation(query: number, match: number): Explanation {
  const side = { rows: 2, columns: 2, widthPx: 48, heightPx: 32 }
  return {
    query,
    match,
    method: 'cells',
    similarity: 0.8125,
    explained: 0.79,
    sides: [
      { ...side, heat: [0.6, 0.2, -0.1, 0.01] },
      { ...side, heat: [0.1, 0.5, 0.2, -0.05] },
    ],
    lines: [
      { query: 0, match: 1, contribution: 0.4 },
      { query: 1, match: 2, contribution: 0.1 },
    ],
    deletion: { cells: 1, lost: 0.5, lostAtRandom: 0.15, deviation: 0.06 },
  }
}
