import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Rng, writeFileAtomic } from '../src/base/index.ts'
import { describeModel, writeModelDescription } from '../src/embedder/index.ts'
import { encodePng, type Geometry, geometry } from '../src/images/index.ts'
import { embeddingGraph, type ReIdConfig, reidDefaults } from '../src/models/index.ts'
import { encodeSafetensors, float32, type Tensor, tensor } from '../src/tensor/index.ts'

/** The smallest, with a projection. */
export const tinyNetwork: ReIdConfig = {
  ...reidDefaults,
  backbone: 'convnext_micro',
  embeddingSize: 24,
  neckBias: true,
}
/** One that timm has too, twenty times as large. */
export const timmNetwork: ReIdConfig = { ...tinyNetwork, backbone: 'convnext_zepto_rms' }
export const tinyGeometry: Geometry = geometry({ widthPx: 32, heightPx: 32, resize: 'letterbox' })

/** Weights that make every layer matter: no layer scale of 1e-6, no statistics of 0 and 1. */
export function randomTensors(network: ReIdConfig, photos: Geometry, seed = 0): Map<string, Tensor> {
  const { tensors } = embeddingGraph(network, { ...photos, batch: 'N', flip: true })
  return new Map(
    tensors.map(({ name, shape }) => {
      const rng = new Rng(seed).fork(name)
      const count = shape.reduce((a, b) => a * b, 1)
      const draw = () => {
        const n = rng.normal()
        if (name === 'pool.p') return 3
        if (shape.length > 1) return n * Math.sqrt(2 / (count / shape[0]!))
        if (name.endsWith('running_var')) return 0.5 + Math.abs(n)
        if (name.endsWith('bias') || name.endsWith('running_mean')) return 0.1 * n
        return 1 + 0.1 * n
      }
      return [name, float32(shape, Array.from({ length: count }, draw))]
    }),
  )
}

/** Those of the tiny network, or of another one. */
export function tinyTensors(seed = 0, network = tinyNetwork): Map<string, Tensor> {
  return randomTensors(network, tinyGeometry, seed)
}

/** Random pixels [count, H, W, 3]. */
export function randomPixels(count: number, seed = 0, { widthPx, heightPx } = tinyGeometry): Tensor<'uint8'> {
  const rng = new Rng(`pixels ${seed}`)
  return tensor(
    'uint8',
    [count, heightPx, widthPx, 3],
    Uint8Array.from({ length: count * heightPx * widthPx * 3 }, () => rng.int(256)),
  )
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rosette-identify-'))
}

export interface TinyRunOptions {
  readonly checkpoints?: Readonly<Record<string, ReadonlyMap<string, Tensor>>>
  readonly train?: readonly string[]
  readonly validation?: readonly string[]
  /** The files of both sides, where the run noted their contents. */
  readonly files?: { readonly train: readonly string[]; readonly validation: readonly string[] }
  readonly dataHash?: string
  readonly geometry?: Geometry
  readonly network?: ReIdConfig
}

/** A run folder as `rosette train` leaves it, its network random. */
export function tinyRun(options: TinyRunOptions = {}): string {
  const folder = temporaryFolder()
  const { geometry: seen = tinyGeometry, network = tinyNetwork, files } = options
  const { checkpoints = { best: tinyTensors(0, network) }, train = [], validation = [], dataHash = '' } = options
  writeModelDescription(folder, describeModel('tiny', network, seen))
  mkdirSync(join(folder, 'checkpoints'))
  for (const [name, tensors] of Object.entries(checkpoints)) {
    writeFileAtomic(join(folder, 'checkpoints', `${name}.safetensors`), encodeSafetensors(tensors))
  }
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ dataHash, seed: 0 }))
  writeFileSync(join(folder, 'split.json'), JSON.stringify({ train, validation, ...(files && contentsOf(files)) }))
  return folder
}

function contentsOf({ train, validation }: NonNullable<TinyRunOptions['files']>): object {
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  const length = (path: string) => statSync(path).size
  return {
    contents: { train: train.map(hash), validation: validation.map(hash) },
    bytes: { train: train.map(length), validation: validation.map(length) },
  }
}

/** A photo of 40 × 30: coarse blocks of colour decided by the identity, noise by the photo. */
export async function tinyPhoto(identity: string, photo: number): Promise<Uint8Array> {
  const [width, height] = [40, 30]
  const coat = new Rng(identity)
  const blocks = Array.from({ length: 4 * 3 * 3 }, () => coat.int(256))
  const noise = new Rng(`${identity} ${photo}`)
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let p = 0; p < width * height; p++) {
    const block = Math.floor((p % width) / 10) + 4 * Math.floor(Math.floor(p / width) / 10)
    for (let c = 0; c < 3; c++) {
      data[p * 4 + c] = Math.max(0, Math.min(255, blocks[block * 3 + c]! + noise.int(41) - 20))
    }
  }
  return encodePng({ width, height, data })
}

/** A Kaggle folder: three individuals with four training photos and three test photos each. */
export async function tinyKaggle(): Promise<string> {
  const folder = temporaryFolder()
  const identities = ['Abril', 'Bento', 'Caiman']
  const train: string[] = []
  const test: string[] = []
  for (const part of ['train', 'test']) mkdirSync(join(folder, part, part), { recursive: true })
  for (let photo = 0; photo < 7; photo++) {
    for (const identity of identities) {
      const [part, list] = photo < 4 ? ['train', train] : ['test', test]
      const filename = `${part}_${String(list.length + 1).padStart(4, '0')}.png`
      list.push(`${filename},${identity},e${photo}`)
      writeFileSync(join(folder, part, part, filename), await tinyPhoto(identity, photo))
    }
  }
  const names = test.map((line) => line.split(',')[0]!)
  const pairs = names.flatMap((query) => names.filter((name) => name !== query).map((gallery) => `${query},${gallery}`))
  const csv = (header: string, lines: readonly string[]) => `${[header, ...lines].join('\n')}\n`
  writeFileSync(join(folder, 'train.csv'), csv('filename,ground_truth,encounter', train))
  writeFileSync(join(folder, 'identities.csv'), csv('filename,who,sighting', test))
  writeFileSync(
    join(folder, 'test.csv'),
    csv(
      'row_id,query_image,gallery_image',
      pairs.map((pair, i) => `${i},${pair}`),
    ),
  )
  return folder
}

/** cos(a, b). */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  return ab / Math.sqrt(aa * bb)
}
