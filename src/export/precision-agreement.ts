import { mean } from '../base/index.ts'
import { inPrecision, type Precision } from '../embedder/index.ts'
import type { Geometry } from '../images/index.ts'
import { embeddingGraph, type ReIdConfig } from '../models/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { drawnPhotos, drawnPixels } from './drawn-pixels.ts'

/** How near embeddings in another precision are to those in float32: cosines on so many photos. */
export interface Agreement {
  readonly photos: number
  readonly mean: number
  readonly worst: number
}

const photos = drawnPhotos

/** Both embeddings of drawn jaguars, prepared as the network's photos are. */
export async function agreementOf(
  precision: Precision,
  network: ReIdConfig,
  geometry: Geometry,
  parameters: ReadonlyMap<string, Tensor>,
): Promise<Agreement> {
  const { graph } = embeddingGraph(network, { ...geometry, batch: photos, flip: true })
  const backend = await ortBackend()
  const pixels = drawn(geometry)
  const embed = async (of: typeof graph) => {
    const program = await backend.compile(of, { parameters })
    try {
      return (await program.run({ pixels })).embedding!.data as Float32Array
    } finally {
      await program.release()
    }
  }
  const rounded = await embed(await inPrecision(graph, precision, parameters, backend))
  const exact = await embed(graph)
  const size = exact.length / photos
  const cosines = Array.from({ length: photos }, (_, photo) => {
    let sum = 0
    for (let i = photo * size; i < (photo + 1) * size; i++) sum += exact[i]! * rounded[i]! // of length 1, both
    return sum
  })
  return { photos, mean: mean(cosines), worst: Math.min(...cosines) }
}

function drawn(geometry: Geometry): Tensor<'uint8'> {
  const { heightPx, widthPx } = geometry
  const size = heightPx * widthPx * 3
  const pixels = new Uint8Array(photos * size)
  drawnPixels(geometry).forEach((photo, i) => pixels.set(photo, i * size))
  return tensor('uint8', [photos, heightPx, widthPx, 3], pixels)
}
