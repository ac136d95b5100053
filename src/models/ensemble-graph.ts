import { add, concat, input, mul, type Value } from '../graph/index.ts'
import { l2Normalise, Scope } from '../nn/index.ts'
import type { EmbeddingGraph, EmbeddingGraphOptions } from './embedding-graph.ts'
import { type ReIdConfig, reidEmbedding } from './reid.ts'

/** A network of an ensemble, and its share of it; the shares add up to 1. */
export interface EnsembleGraphMember {
  readonly network: ReIdConfig
  readonly weight: number
  /** Average the neck's outputs of photo and mirror image. */
  readonly flip: boolean
}

/** What the parameters of the i-th member, from 0, are called before its own names: `member1.stem.0.weight`. */
export function memberPrefix(i: number): string {
  return `member${i + 1}`
}

/**
 * Several networks over one input `pixels`: their embeddings side by side, each scaled by √w, so that a cosine is the weighted mean of
 * theirs; or `mean`: L2(Σ w · e), for networks with the same axes. `pixels` uint8 [batch, H, W, 3] → `embedding` float32 [batch, Σ D].
 */
export function ensembleGraph(
  members: readonly EnsembleGraphMember[],
  { heightPx, widthPx, batch, mean }: Omit<EmbeddingGraphOptions, 'flip'> & { readonly mean: boolean },
): EmbeddingGraph {
  const scope = Scope.root('inference')
  const pixels = input('pixels', [batch, heightPx, widthPx, 3], 'uint8')
  const each = members.map(({ network, flip }, i) =>
    reidEmbedding(scope.child(memberPrefix(i)), pixels, network, { flip }),
  )
  const scaled = each.map((embedding, i) => mul(embedding, mean ? members[i]!.weight : Math.sqrt(members[i]!.weight)))
  const embedding = mean ? l2Normalise(sumOf(scaled)) : concat(scaled, 1) // [batch, Σ D]
  const tensors = [...scope.params(), ...scope.statistics()].map(({ spec: { name, shape } }) => ({ name, shape }))
  return { graph: { outputs: { embedding } }, tensors }
}

function sumOf([first, ...rest]: readonly Value[]): Value {
  return rest.reduce((sum, value) => add(sum, value), first!)
}
