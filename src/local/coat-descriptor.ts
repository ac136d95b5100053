import { check, sha256Of } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { seenVersion } from '../images/index.ts'
import { coatNetwork, coatStridePx } from '../models/index.ts'
import { Scope } from '../nn/index.ts'
import { ortBackend, type Program } from '../runtime/index.ts'
import { type Tensor, zeros } from '../tensor/index.ts'
import { type CoatWeights, readCoatWeights } from './coat-weights.ts'
import { type LocalExtractor, type LocalFeatures, storeDescriptor } from './features.ts'
import type { Plane } from './plane.ts'
import type { MatchRule } from './rule.ts'
import { type View, viewOf } from './view.ts'

/** How many places of a photo are kept, and how large the photo is looked at. */
export interface CoatDescriptorConfig {
  readonly keypoints: number
  /** The animal is scaled down to it, never up. */
  readonly longSidePx: number
}

/** As many places as RootSIFT has, of photos as large. */
export const coatDescriptorDefaults: CoatDescriptorConfig = { keypoints: 400, longSidePx: 512 }

/** Settings, weights and threads. */
export interface CoatDescriptorOptions extends Partial<CoatDescriptorConfig> {
  /** A file of weights; those that come with rosette unless given. */
  readonly weights?: string | undefined
  /** Processor threads; every processor unless given. */
  readonly threads?: number | undefined
}

/** Of the coat descriptor: cells are upright, and all of one size. */
export const coatRule = { ratio: 1, sureWeight: 0.05, oriented: false } as const satisfies MatchRule

/** Raised whenever the same photo would get other numbers. */
const version = 2

/**
 * Places that a network describes, which was trained on drawn coats (docs/coat-descriptor.md): a descriptor and a reliability for every 4×4 pixels of
 * the animal. Kept are those that are more reliable than their eight neighbours, the most reliable first. Features depend neither on threads nor on
 * what else is looked at. @throws InputError for settings that find nothing, and for weights that are none.
 */
export async function coatDescriptor(options: CoatDescriptorOptions = {}): Promise<LocalExtractor> {
  const { weights: file, threads, ...given } = options
  const config = { ...coatDescriptorDefaults, ...given }
  check(config.keypoints >= 1, `coat: keypoints: expected a number from 1, got ${config.keypoints}`)
  check(config.longSidePx >= 32, `coat: longSidePx: expected a number from 32, got ${config.longSidePx}`)
  const weights = readCoatWeights(file)
  const maps = await openMaps(weights, threads)
  return {
    name: `coat descriptor, ${config.keypoints} places of ${config.longSidePx} px`,
    fingerprint: sha256Of(JSON.stringify(['coat', version, seenVersion, config, weights.sha256])),
    dim: weights.network.dim,
    rule: coatRule,
    extract: async (photo) => {
      const view = viewOf(photo, config.longSidePx)
      return featuresOf(view, await maps.of(view.brightness), config)
    },
    release: () => maps.release(),
  }
}

/** What the network says of each cell of a picture. */
interface Maps {
  readonly columns: number
  readonly rows: number
  /** [rows · columns, D] and [rows · columns]. */
  readonly descriptors: Tensor<'float32'>
  readonly reliability: Tensor<'float32'>
}

/** Sides of pictures are filled up to multiples of it, so that few graphs are compiled. */
const canvasStepPx = 128

/** The network for pictures of any size; a graph for each size, compiled when it is first met. */
async function openMaps({ network, parameters }: CoatWeights, threads: number | undefined) {
  const backend = await ortBackend({ threads })
  const programs = new Map<string, Promise<Program>>()
  const compile = (height: number, width: number) => {
    const outputs = coatNetwork(Scope.root('inference'), input('picture', [1, height, width, 1]), network)
    return backend.compile({ outputs: { ...outputs } }, { parameters, lanes: true })
  }
  return {
    of: async (brightness: Plane): Promise<Maps> => {
      const picture = filledUp(brightness)
      const [, height, width] = picture.shape as [number, number, number, number]
      const key = `${height}x${width}`
      const program = programs.get(key) ?? compile(height, width)
      programs.set(key, program)
      const { descriptors, reliability } = await (await program).run({ picture })
      return {
        columns: width / coatStridePx,
        rows: height / coatStridePx,
        descriptors: descriptors as Tensor<'float32'>,
        reliability: reliability as Tensor<'float32'>,
      }
    },
    release: async () => {
      for (const program of programs.values()) await (await program).release()
    },
  }
}

/** [1, H, W, 1]: the picture at the top left, its last row and column repeated, so that no edge appears. */
function filledUp({ data, width, height }: Plane): Tensor<'float32'> {
  const up = (side: number) => Math.ceil(side / canvasStepPx) * canvasStepPx
  const picture = zeros('float32', [1, up(height), up(width), 1])
  for (let y = 0, i = 0; y < up(height); y++)
    for (let x = 0; x < up(width); x++, i++)
      picture.data[i] = data[Math.min(y, height - 1) * width + Math.min(x, width - 1)]!
  return picture
}

function featuresOf(view: View, maps: Maps, config: CoatDescriptorConfig): LocalFeatures {
  const { descriptors, reliability, columns } = maps
  const dim = descriptors.shape[2]!
  const { pixel, left, top } = view
  const placeOf = (cell: number): [number, number] => [
    left + ((cell % columns) + 0.5) * coatStridePx * pixel[0],
    top + (Math.floor(cell / columns) + 0.5) * coatStridePx * pixel[1],
  ]
  const found = peaks(view, maps).filter((cell) => view.isAnimal(...placeOf(cell)))
  const kept = found.toSorted((a, b) => reliability.data[b]! - reliability.data[a]! || a - b).slice(0, config.keypoints)
  const features: LocalFeatures = {
    count: kept.length,
    dim,
    keypoints: new Float32Array(kept.length * 4),
    descriptors: new Uint8Array(kept.length * dim),
    reliability: Float32Array.from(kept, (cell) => 1 / (1 + Math.exp(-reliability.data[cell]!))),
  }
  kept.forEach((cell, k) => {
    features.keypoints.set([...placeOf(cell), (coatStridePx * (pixel[0] + pixel[1])) / 2, 0], 4 * k)
    storeDescriptor(descriptors.data.subarray(cell * dim, (cell + 1) * dim), features.descriptors, k * dim)
  })
  return features
}

/** Cells of the picture that are as reliable as the best of the eight around them. */
function peaks({ brightness }: View, { columns, reliability: { data } }: Maps): number[] {
  const [width, height] = [brightness.width, brightness.height].map((side) => Math.floor(side / coatStridePx)) as [
    number,
    number,
  ]
  const found: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = data[y * columns + x]!
      let highest = true
      for (let dy = Math.max(0, y - 1); dy <= Math.min(height - 1, y + 1); dy++)
        for (let dx = Math.max(0, x - 1); dx <= Math.min(width - 1, x + 1); dx++)
          if (data[dy * columns + dx]! > own) highest = false
      if (highest) found.push(y * columns + x)
    }
  }
  return found
}
