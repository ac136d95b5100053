import {
  abs,
  add,
  type Dim,
  div,
  type Graph,
  input,
  mul,
  reduceSum,
  reshape,
  staticDim,
  sub,
  type Value,
} from '../graph/index.ts'
import { averageParts, gemDefaults, gemParts, Scope, standardisePixels } from '../nn/index.ts'
import type { EmbeddingGraph } from './embedding-graph.ts'
import { pixelStatistics } from './pixel-statistics.ts'
import { neck, type ReIdConfig, reidBackbone } from './reid.ts'

/** What each cell of the feature map adds to the embedding, a graph of its own. */
export interface CellGraph {
  /** `pixels` uint8 [batch, H, W, 3] → `cells` float32 [batch, rows, columns, D]: Σ over cells is the neck's output. */
  readonly graph: Graph
  readonly tensors: EmbeddingGraph['tensors']
  readonly rows: number
  readonly columns: number
}

/** Size of the photos, and how many pass together. */
export interface CellGraphOptions {
  readonly heightPx: number
  readonly widthPx: number
  readonly batch: Dim
}

/**
 * The embedding of a photo as it is, before normalisation, split over the cells of the feature map (Stylianou et al.,
 * arXiv:1901.00536, for average pooling; GeM by its parts). From the map on the network is f = Σᵢ uᵢ, e = M·f + k, with uᵢ what
 * cell i adds to the pooled vector, and M and k projection and neck in inference. So e = Σᵢ vᵢ exactly, with
 *
 *     vᵢ = M·uᵢ + αᵢ·k,  αᵢ = ‖uᵢ‖₁ / Σⱼ ‖uⱼ‖₁.
 *
 * k is mostly what the average photo gives, taken off; each cell bears of it what it has of the pooled vector, so that a cell
 * where nothing is active adds nothing. Undefined where the backbone does more to its map than pool it
 * (`Family.afterPooling`), and for a class token, which is not pooled.
 */
export function cellGraph(network: ReIdConfig, { heightPx, widthPx, batch }: CellGraphOptions): CellGraph | undefined {
  const partsOf = partRules[network.pool]
  const backbone = reidBackbone(network)
  if (partsOf === undefined || backbone.afterPooling !== undefined) return undefined
  const scope = Scope.root('inference')
  const pixels = input('pixels', [batch, heightPx, widthPx, 3], 'uint8')
  const x = standardisePixels(pixels, pixelStatistics[network.pixels])
  const { map } = backbone.features(scope.child('backbone'), x) // [B, h, w, C]
  const [rows, columns, channels] = map.shape.slice(1).map(staticDim) as [number, number, number]
  const parts = partsOf(scope.child('pool'), map, network)
  const flat = reshape(parts, [-1, channels]) // [B·h·w, C]
  const constant = neck(scope, mul(flat, 0), network) // k
  const size = staticDim(constant.shape[1])
  const asCells = (depth: number) => [batch, rows, columns, depth]
  const linear = reshape(sub(neck(scope, flat, network), constant), asCells(size))
  const strength = reduceSum(abs(parts), { axes: [3], keepDims: true }) // [B, h, w, 1]
  const share = div(strength, reduceSum(strength, { axes: [1, 2], keepDims: true }))
  const cells = add(linear, mul(reshape(constant, asCells(size)), share)) // [B, h, w, D]
  const tensors = [...scope.params(), ...scope.statistics()].map(({ spec: { name, shape } }) => ({ name, shape }))
  return { graph: { outputs: { cells } }, tensors, rows, columns }
}

const partRules: {
  readonly [K in ReIdConfig['pool']]: ((scope: Scope, map: Value, config: ReIdConfig) => Value) | undefined
} = {
  gem: (scope, map, { gemP }) => gemParts(scope, map, { ...gemDefaults, p: gemP }),
  average: (_, map) => averageParts(map),
  token: undefined,
}
