import { input } from '../graph/index.ts'
import { Scope } from '../nn/index.ts'
import { filled, type Tensor } from '../tensor/index.ts'
import type { PhotoSize } from './family.ts'
import { type ReIdConfig, reidBackbone } from './reid.ts'

/** A network's tensors as timm has them, and those that timm has no place for. */
export interface TimmState {
  /** Under timm's names: all that timm's model without classifier holds, as far as it does not start from random numbers. */
  readonly backbone: ReadonlyMap<string, Tensor>
  /** Pooling, projection and neck, under our names. */
  readonly head: ReadonlyMap<string, Tensor>
}

const prefix = 'backbone.'

/**
 * Splits what embeds (`embeddingGraph`'s tensors). What follows timm's own pooling, such as a ConvNeXt's `head.norm`, is no part of
 * our network: it is given as it begins in timm, ones and zeros, so that timm finds every name.
 */
export function timmState(
  network: ReIdConfig,
  tensors: ReadonlyMap<string, Tensor>,
  { heightPx, widthPx }: PhotoSize,
): TimmState {
  const scope = Scope.root('inference')
  const backbone = reidBackbone(network)
  backbone.head(scope, backbone.features(scope, input('x', [1, heightPx, widthPx, 3])))
  const untrained = scope.params().flatMap(({ spec: { name, shape, init } }): [string, Tensor][] => {
    return init.kind === 'constant' ? [[name, filled(shape, init.value)]] : []
  })
  const trained = [...tensors].filter(([name]) => name.startsWith(prefix))
  return {
    backbone: new Map([...untrained, ...trained.map(([name, t]) => [name.slice(prefix.length), t] as const)]),
    head: new Map([...tensors].filter(([name]) => !name.startsWith(prefix))),
  }
}
