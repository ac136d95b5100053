import { invariant } from '../base/index.ts'
import { add, concat, constant, pad, reshape, slice, staticDim, type Value } from '../graph/index.ts'
import {
  type AttentionConfig,
  attention,
  averagePool,
  type Grid,
  type Init,
  type MlpConfig,
  mlp,
  type NormConfig,
  norm,
  patchify,
  type Rotary,
  type RotaryConfig,
  rotary,
  type Scope,
  stochasticDepth,
} from '../nn/index.ts'
import { type Tensor, zeros } from '../tensor/index.ts'
import type { AfterPooling, BackboneConfig, Family, Features, PhotoSize } from './family.ts'
import { resamplePositions } from './positions.ts'

/**
 * The vision transformer (Dosovitskiy et al., arXiv:2010.11929) and what grew out of it: DINOv2, EVA-02 and DINOv3, as timm
 * builds them; parameter names and shapes are timm's. Letters: B batch, H W height and width, T tokens, C channels.
 */
export interface VitConfig extends BackboneConfig {
  /** Side of a patch; height and width of photos are multiples of it. */
  readonly patchPx: number
  readonly width: number
  readonly depth: number
  readonly attention: AttentionConfig
  readonly mlp: MlpConfig
  readonly norm: NormConfig
  /** What the blocks' layer scales are called, where there are any: timm has both. */
  readonly layerScaleNames: readonly ['ls1.gamma', 'ls2.gamma'] | readonly ['gamma_1', 'gamma_2']
  /** Tokens before the patches: one that gathers the photo's class, and registers (Darcet et al., arXiv:2309.16588). */
  readonly classToken: boolean
  readonly registers: number
  /** Learned position embeddings, of every token or of the patches alone. */
  readonly positions: 'all' | 'patches' | 'none'
  /** Positions by rotating queries and keys, in every block. */
  readonly rotary?: RotaryConfig | undefined
  /** Normalise every token at the end (`norm`), or the pooled features (`fc_norm`). */
  readonly finalNorm: 'tokens' | 'pooled'
  /** What timm pools unless told otherwise. */
  readonly pool: 'token' | 'average'
}

const smallNormal: Init = { kind: 'truncatedNormal', standardDeviation: 0.02 }

/** x + attention, then x + mlp: x [B, T, C] → [B, T, C]. Layer scale acts on the last layers' weights. */
function block(
  scope: Scope,
  x: Value,
  config: VitConfig,
  options: { dropPath: number; rotary: Rotary | undefined },
): Value {
  const [first, second] = layerScales(scope, config)
  const { dropPath } = options
  const mixed = attention(scope.child('norm1'), scope.child('attn'), x, config.attention, {
    norm: config.norm,
    rotary: options.rotary,
    scale: first,
  })
  const y = add(x, stochasticDepth(scope.child('drop_path1'), mixed, dropPath))
  const hidden = mlp(scope.child('norm2'), scope.child('mlp'), y, config.mlp, { norm: config.norm, scale: second })
  return add(y, stochasticDepth(scope.child('drop_path2'), hidden, dropPath))
}

function layerScales(scope: Scope, { layerScaleNames, layerScaleInit, width }: VitConfig): (Value | undefined)[] {
  if (layerScaleInit === null) return []
  return layerScaleNames.map((name) => scope.param(name, [width], { kind: 'constant', value: layerScaleInit }))
}

/** Patches [B, H/p, W/p, C] → all tokens [B, T, C]: class token, registers, patches row by row; positions added. */
function embed(scope: Scope, patches: Value, config: VitConfig): Value {
  const [batch, rows, columns] = [patches.shape[0]!, staticDim(patches.shape[1]), staticDim(patches.shape[2])]
  const count = rows * columns
  const prefix = prefixTokens(config)
  const flat = reshape(patches, [batch, count, config.width])
  const own = [
    ...(config.classToken ? [scope.param('cls_token', [1, 1, config.width], smallNormal, false)] : []),
    ...(config.registers > 0
      ? [scope.param('reg_token', [1, config.registers, config.width], smallNormal, false)]
      : []),
  ]
  const embedded = { all: prefix + count, patches: count, none: 0 }[config.positions]
  const positions = embedded > 0 ? scope.param('pos_embed', [1, embedded, config.width], smallNormal, false) : undefined
  if (own.length === 0) return positions === undefined ? flat : add(flat, positions)
  // the photos' tokens begin as zeros, to which the same table is added for every photo of a batch whose size may be unknown
  const table = scope.once('table', () => {
    const rest = config.positions === 'patches' ? positions! : constant(zeros('float32', [1, count, config.width]))
    const tokens = concat([...own, rest], 1) // [1, T, C]
    return config.positions === 'all' ? add(tokens, positions!) : tokens
  })
  return add(pad(flat, 1, prefix, 0), table)
}

/** Tokens before the patches. */
function prefixTokens({ classToken, registers }: VitConfig): number {
  return Number(classToken) + registers
}

/** All tokens, timm's forward_features: x [B, H, W, 3] standardised → [B, T, C]. */
export function vitTokens(scope: Scope, x: Value, config: VitConfig): Value {
  const { depth, width } = config
  const patches = patchify(scope.child('patch_embed').child('proj'), x, config.patchPx, { features: width })
  const grid = gridOf(x, config)
  const turns = rotaryOnce(scope, config, grid)
  let tokens = embed(scope, patches, config)
  scope.mark(tokens)
  for (let i = 0; i < depth; i++) {
    const dropPath = (config.dropPath * i) / Math.max(1, depth - 1)
    tokens = block(scope.child('blocks').child(i), tokens, config, { dropPath, rotary: turns })
    scope.mark(tokens)
  }
  if (config.finalNorm === 'pooled') return tokens
  const normalised = norm(scope.child('norm'), tokens, config.norm)
  scope.mark(normalised)
  return normalised
}

/** x [B, H, W, 3] standardised → the patches as a map [B, H/p, W/p, C], and the class token [B, C]. */
export function vit(scope: Scope, x: Value, config: VitConfig): Features {
  const tokens = vitTokens(scope, x, config)
  const [rows, columns] = gridOf(x, config)
  const prefix = prefixTokens(config)
  const batch = tokens.shape[0]!
  return {
    map: reshape(slice(tokens, 1, prefix, prefix + rows * columns), [batch, rows, columns, config.width]),
    token: config.classToken ? reshape(slice(tokens, 1, 0, 1), [batch, config.width]) : undefined,
  }
}

/** `fc_norm` of the networks that do not normalise their tokens. */
function afterPooling({ finalNorm, norm: config }: VitConfig): AfterPooling | undefined {
  return finalNorm === 'pooled' ? (scope, pooled) => norm(scope.child('fc_norm'), pooled, config) : undefined
}

/** timm's groups: all that leads to the first block, block by block, the last norm. */
function layerOf({ depth }: VitConfig, name: string): number {
  const match = /^blocks\.(\d+)\./.exec(name)
  if (match !== null) return Number(match[1]) + 1
  return /^(fc_)?norm\./.test(name) ? depth + 1 : 0
}

/**
 * Positions [1, T, C] for another grid of patches: from that of the size `from`, where it has as many, else from a square one, as timm
 * has it; as they are where the grid stays, and what are no positions.
 */
function resized(tensor: Tensor, name: string, config: VitConfig, size: PhotoSize, from?: PhotoSize): Tensor {
  if (!sized.test(name) || config.positions === 'none') return tensor
  const [one, tokens = 0, width] = tensor.shape
  if (tensor.shape.length !== 3 || one !== 1 || width !== config.width) return tensor
  const prefix = config.positions === 'all' ? prefixTokens(config) : 0
  const count = tokens - prefix
  const side = Math.sqrt(count)
  const patches = ({ heightPx, widthPx }: PhotoSize) => [heightPx / config.patchPx, widthPx / config.patchPx] as const
  const grids = [...(from === undefined ? [] : [patches(from)]), [side, side] as const]
  const learned = grids.find(([h, w]) => Number.isInteger(h) && Number.isInteger(w) && h * w === count)
  const to = patches(size)
  if (count < 1 || learned === undefined || (learned[0] === to[0] && learned[1] === to[1])) return tensor
  return resamplePositions(tensor, { from: learned, to, prefix })
}

const sized = /^pos_embed$/

/**
 * Vision transformers (Dosovitskiy et al., arXiv:2010.11929) with the variants of timm: class token or average
 * pooling, registers, rotary positions, SwiGLU.
 */
export const vitFamily: Family<VitConfig> = {
  width: ({ width }) => width,
  stridePx: ({ patchPx }) => patchPx,
  layers: ({ depth }) => depth + 1,
  layerOf,
  features: vit,
  afterPooling,
  head: (scope, { map, token }, config) => {
    invariant(config.pool === 'average' || token !== undefined, 'a class token is pooled, and there is none')
    const pooled = config.pool === 'average' ? averagePool(map) : token!
    return afterPooling(config)?.(scope, pooled) ?? pooled
  },
  resized,
  sized,
  leftOut: /^(head|pre_logits)\./,
}

function gridOf(x: Value, { patchPx }: VitConfig): Grid {
  return [Math.floor(staticDim(x.shape[1]) / patchPx), Math.floor(staticDim(x.shape[2]) / patchPx)]
}

/** The same tables for every block and every chunk of the batch. */
function rotaryOnce(scope: Scope, config: VitConfig, grid: Grid): Rotary | undefined {
  if (config.rotary === undefined) return undefined
  const size = config.width / config.attention.heads
  const made = rotary(config.rotary, grid, { prefix: prefixTokens(config), size })
  const at = scope.child('rotary')
  return {
    cos: at.once('cos', () => made.cos),
    sin: at.once('sin', () => made.sin),
    quarterTurn: at.once('quarterTurn', () => made.quarterTurn),
  }
}
