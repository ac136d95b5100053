import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { check, readRegular, sha256Of, streamRegular, writeFileAtomic } from '../base/index.ts'
import { cacheFolder, type PixelStore } from '../data/index.ts'
import {
  checkModelFiles,
  findDescription,
  geometryOf,
  inBatches,
  type ModelDescription,
  type NetworkEmbedder,
  openModel,
  readModelDescription,
} from '../embedder/index.ts'
import { describeHead } from '../export/index.ts'
import { decodeModel, externalPaths } from '../onnx/index.ts'
import type { TrainConfig } from '../run/index.ts'
import type { Device } from '../runtime/index.ts'
import { bytesOf, decodeNpy, npyHeader, type Tensor, zeros } from '../tensor/index.ts'

/** Somebody's network, which stays as it is: photos go through it once, and a head is trained on what comes out. */
export interface FrozenNetwork {
  readonly onnx: string
  readonly descriptionPath: string
  readonly description: ModelDescription
  /** Of the file and what it keeps beside it. */
  readonly sha256: string
}

/** The network that a config names. @throws InputError where it or its description is missing, or settings ask for its training. */
export async function readFrozenNetwork({
  model,
  backboneConfig,
  freeze,
  schedule,
  weights,
  image,
}: TrainConfig): Promise<FrozenNetwork> {
  const onnx = model.backbone
  check(existsSync(onnx), `model.backbone: ${onnx} does not exist`)
  check(
    freeze === 'all' && schedule.unfreeze.length === 0,
    `model.backbone: ${onnx} is an ONNX file, which cannot be trained`,
    '`freeze: "all"` trains a head on its embeddings; a number of layers is for networks of `backboneNames`',
  )
  check(weights === null, `weights: ${onnx} brings its own`, '`set: ["weights=null"]`')
  const descriptionPath = findDescription(onnx, backboneConfig ?? undefined)
  const stated = readModelDescription(descriptionPath)
  await checkModelFiles(onnx, stated)
  const preprocess = { ...stated.preprocess, captions: stated.preprocess.captions ?? image.captions }
  const description = { ...stated, preprocess }
  const bytes = readRegular(onnx, 'onnx')
  const hash = createHash('sha256').update(bytes)
  for (const file of externalPaths(decodeModel(bytes, onnx), onnx))
    for await (const piece of streamRegular(file)) hash.update(piece)
  return { onnx, descriptionPath, description, sha256: hash.digest('hex') }
}

/** The config with the geometry that the network's description states. */
export function withGeometry(config: TrainConfig, { description }: FrozenNetwork): TrainConfig {
  return { ...config, image: geometryOf(description) }
}

/** What the run folder says of network and head. */
export function headDescription({ onnx, description }: FrozenNetwork, { model }: TrainConfig): ModelDescription {
  const size = model.embeddingSize ?? description.output.size
  return describeHead(description, `head on ${basename(onnx)}`, size)
}

export interface EmbedStoreOptions {
  readonly threads: number
  /** That the network may take. */
  readonly memoryLimitBytes?: number | undefined
  readonly device?: Device | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * The embeddings of a store's photos and of their mirror images, L2-normalised, float32 [2, photos, D], as a .npy file of the cache:
 * made where it is not there yet, or is damaged. It is decided by network, description and photos, so that it never goes stale.
 */
export async function embedStore(
  network: FrozenNetwork,
  store: PixelStore,
  options: EmbedStoreOptions,
): Promise<string> {
  const { sha256, description } = network
  const key = JSON.stringify([sha256, description, store.index.entries.map((entry) => basename(entry))])
  const path = join(cacheFolder(), 'embeddings', `${createHash('sha256').update(key).digest('hex')}.npy`)
  if (readWhole(path) !== undefined) return path
  const embedder = await openFrozen(network, options)
  try {
    const vectors = await embedBoth(embedder, store, options)
    const content = [npyHeader(vectors.shape), bytesOf(vectors.data)]
    writeFileAtomic(path, content)
    writeFileAtomic(hashPath(path), sha256Of(content))
  } finally {
    await embedder.release()
  }
  return path
}

/** What `embedStore` wrote: [2, photos, D]. @throws InputError where it has been damaged since. */
export function readEmbedded(path: string): Tensor<'float32'> {
  const bytes = readWhole(path)
  check(bytes !== undefined, `cache: ${path} is damaged`, 'run the command again: it embeds the photos anew')
  return decodeNpy(bytes, path)
}

function hashPath(path: string): string {
  return `${path}.sha256`
}

/** The file's bytes; undefined where it or its hash beside it is missing, or they do not fit. */
function readWhole(path: string): Buffer | undefined {
  if (![path, hashPath(path)].every((file) => existsSync(file))) return undefined
  const bytes = readRegular(path, 'array')
  return sha256Of(bytes) === readRegular(hashPath(path), 'text').toString('utf8') ? bytes : undefined
}

/** Photo and mirror image are told apart here, so the embedder does not average them. */
function openFrozen(
  { onnx, descriptionPath, description }: FrozenNetwork,
  { threads, device, memoryLimitBytes }: EmbedStoreOptions,
): Promise<NetworkEmbedder> {
  const tta = description.flipAveraging === 'inside' ? undefined : 'none'
  return openModel(onnx, { modelConfig: descriptionPath, tta, threads, device, memoryLimitBytes })
}

async function embedBoth(
  { network, source }: NetworkEmbedder,
  store: PixelStore,
  options: EmbedStoreOptions,
): Promise<Tensor<'float32'>> {
  const { size } = network
  const count = store.photos.length
  const vectors = zeros('float32', [2, count, size])
  const both = async (rows: readonly number[], begin: number) => {
    options.signal?.throwIfAborted()
    const pixels = store.batch(rows)
    const sides = await Promise.all([network.embed(pixels), network.embed(mirrored(pixels))])
    sides.forEach((data, side) => {
      vectors.data.set(data, (side * count + begin) * size)
    })
    return begin + rows.length
  }
  for await (const done of inBatches(store.photos.keys(), network, both)) options.onProgress?.(done, count)
  check(vectors.data.every(Number.isFinite), `${source}: gives embeddings that are not finite`)
  return vectors
}

/** Left and right swapped: [B, H, W, 3]. */
function mirrored(pixels: Tensor<'uint8'>): Tensor<'uint8'> {
  const [, , width] = pixels.shape as [number, number, number, number]
  const data = new Uint8Array(pixels.data.length)
  for (let row = 0; row < data.length; row += width * 3) {
    for (let x = 0; x < width; x++) {
      const from = row + (width - 1 - x) * 3
      data.set(pixels.data.subarray(from, from + 3), row + x * 3)
    }
  }
  return { ...pixels, data }
}
