import { input } from '../graph/index.ts'
import { Scope } from '../nn/index.ts'
import { filled, type Shape, type Tensor, zeros } from '../tensor/index.ts'
import type { PhotoSize } from './family.ts'
import { type ReIdConfig, reidBackbone } from './reid.ts'

/** A network's tensors as timm has them, and those that timm has no place for. */
export interface TimmState {
  /** Under timm's names: all that timm's model without classifier holds. */
  readonly backbone: ReadonlyMap<string, Tensor>
  /** Pooling, projection and neck, under our names. */
  readonly head: ReadonlyMap<string, Tensor>
}

const prefix = 'backbone.'

/**
 * Splits what embeds (`embeddingGraph`'s tensors). What follows timm's own pooling, such as a ConvNeXt's `head.norm`, is no part of
 * our network: it is given as it begins in timm, ones and zeros, and a layer of `large_mlp`'s head, which begins at random there,
 * as the identity: so timm finds every name.
 */
export function timmState(
  network: ReIdConfig,
  tensors: ReadonlyMap<string, Tensor>,
  { heightPx, widthPx }: PhotoSize,
): TimmState {
  const scope = Scope.root('inference')
  const backbone = reidBackbone(network)
  backbone.head(scope, backbone.features(scope, input('x', [1, heightPx, widthPx, 3])))
  const trained = new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor] as const),
  )
  const untrained = scope
    .params()
    .filter(({ spec: { name } }) => !trained.has(name))
    .map(({ spec: { name, shape, init } }): [string, Tensor] => [
      name,
      init.kind === 'constant' ? filled(shape, init.value) : identity(shape),
    ])
  return {
    backbone: new Map([...untrained, ...trained]),
    head: new Map([...tensors].filter(([name]) => !name.startsWith(prefix))),
  }
}

/** Ones where row and column are the same; zeros of other than two dimensions. */
function identity(shape: Shape): Tensor<'float32'> {
  const matrix = zeros('float32', shape)
  const [rows = 0, columns = 0] = shape
  if (shape.length === 2) for (let i = 0; i < Math.min(rows, columns); i++) matrix.data[i * columns + i] = 1
  return matrix
}
