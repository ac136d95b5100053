import { type Graph, input, staticDim } from '../graph/index.ts'
import { Scope, standardisePixels } from '../nn/index.ts'
import type { EmbeddingGraph } from './embedding-graph.ts'
import type { PhotoSize } from './family.ts'
import { pixelStatistics } from './pixel-statistics.ts'
import { type ReIdConfig, reidBackbone } from './reid.ts'

/** What the backbone makes of each place of a photo, a graph of its own. */
export interface FeatureMapGraph {
  /** `pixels` uint8 [1, H, W, 3] → `map` float32 [1, rows, columns, C]; of a transformer the patch tokens in their places. */
  readonly graph: Graph
  readonly tensors: EmbeddingGraph['tensors']
  /** C. */
  readonly channels: number
}

/** The feature map of a re-identification network, before it is pooled, of photos of this size. */
export function featureMapGraph(network: ReIdConfig, { heightPx, widthPx }: PhotoSize): FeatureMapGraph {
  const scope = Scope.root('inference')
  const pixels = input('pixels', [1, heightPx, widthPx, 3], 'uint8')
  const x = standardisePixels(pixels, pixelStatistics[network.pixels])
  const { map } = reidBackbone(network).features(scope.child('backbone'), x) // [1, h, w, C]
  const tensors = [...scope.params(), ...scope.statistics()].map(({ spec: { name, shape } }) => ({ name, shape }))
  return { graph: { outputs: { map } }, tensors, channels: staticDim(map.shape[3]) }
}
