import { zeros } from '../tensor/index.ts'
import type { ModelDescription } from './description.ts'
import type { Embedder, Tta } from './embedder.ts'
import type { Network } from './network.ts'

/** An embedder of one network, which `openModel` opens. */
export interface NetworkEmbedder extends Embedder {
  readonly description: ModelDescription
  readonly network: Network
}

/** What is known of a network besides what it does. */
export interface AboutNetwork {
  readonly name: string
  readonly source: string
  readonly run: string | undefined
  readonly description: ModelDescription
  readonly tta: Tta
  readonly fingerprint: Embedder['fingerprint']
  readonly warnings?: readonly string[] | undefined
}

/** An embedder that sees a photo by one network. */
export function embedderOf(network: Network, about: AboutNetwork): NetworkEmbedder {
  const { geometry, size, batchSize, lanes } = network
  const { heightPx, widthPx } = geometry
  return {
    ...about,
    network,
    geometries: [geometry],
    size,
    batchSize,
    lanes,
    embed: (photos) => {
      const pixels = zeros('uint8', [photos.length, heightPx, widthPx, 3])
      photos.forEach(([view], b) => pixels.data.set(view!, b * view!.length))
      return network.embed(pixels)
    },
    release: () => network.release(),
  }
}
