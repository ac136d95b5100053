import { type Dim, type Graph, input } from '../graph/index.ts'
import { Scope } from '../nn/index.ts'
import type { Shape } from '../tensor/index.ts'
import { type ReIdConfig, reidEmbedding } from './reid.ts'

/** The network as it embeds, a graph of its own. */
export interface EmbeddingGraph {
  /** `pixels` uint8 [batch, H, W, 3] → `embedding` float32 [batch, D], L2-normalised. */
  readonly graph: Graph
  /** The other inputs, float32: parameters and statistics. */
  readonly tensors: readonly { readonly name: string; readonly shape: Shape }[]
}

/** Size of the photos, how many pass together, and whether mirror images are averaged in. */
export interface EmbeddingGraphOptions {
  readonly heightPx: number
  readonly widthPx: number
  /** 'N' for export, a number where the graph is lowered for one processor. */
  readonly batch: Dim
  /** Average the neck's outputs of photo and mirror image. */
  readonly flip: boolean
}

/** `reidEmbedding` over an input `pixels`, with what it must be given. */
export function embeddingGraph(network: ReIdConfig, options: EmbeddingGraphOptions): EmbeddingGraph {
  const { heightPx, widthPx, batch, flip } = options
  const scope = Scope.root('inference')
  const pixels = input('pixels', [batch, heightPx, widthPx, 3], 'uint8')
  const embedding = reidEmbedding(scope, pixels, network, { flip })
  const tensors = [...scope.params(), ...scope.statistics()].map(({ spec: { name, shape } }) => ({ name, shape }))
  return { graph: { outputs: { embedding } }, tensors }
}
