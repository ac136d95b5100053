import { type Graph, type Node, reshape, staticDim, transpose, type Value } from '../graph/index.ts'
import { countUses, rewriteGraph } from './rewrite.ts'
import { scalarOf } from './scalars.ts'

/**
 * softmax(s·q·kᵀ)·v, head by head, as one op that never writes the weights [B, h, T, T] (Dao et al., arXiv:2205.14135). It sums in float32, so that
 * the casts around the softmax go as well. Only where nothing else reads what it does not write: a backward pass does.
 */
export function fuseAttention(graph: Graph): Graph {
  const uses = countUses(graph)
  const rewritten = new Map<Value, Value>()
  return rewriteGraph(graph, (value, original) => {
    const found = attentionIn(original, uses)
    const result = found === undefined ? value : fused(found, rewritten, value)
    rewritten.set(original, result)
    return result
  })
}

/** Queries, keys and values [B, h, T, d], and what the queries are multiplied by. */
interface Attention {
  readonly parts: readonly [query: Value, key: Value, value: Value]
  readonly scale: number
}

/** What attention's result is made of, its heads beside each other again: [B, T, h, d]. */
function attentionIn(result: Value, uses: ReadonlyMap<Value, number>): Attention | undefined {
  if (!swapsHeads(result)) return undefined
  /** Of what only `x` reads, the first input; through a cast, as mixed precision has one on each side of a softmax. */
  const inner = (x: Value): Value | undefined => {
    const input = x.inputs[0]
    if (input === undefined || uses.get(input) !== 1) return undefined
    return input.op === 'cast' ? inner(input) : input
  }
  const mixed = result.inputs[0]!
  if (mixed.op !== 'matmul' || uses.get(mixed) !== 1 || mixed.attrs.transA || mixed.attrs.transB) return undefined
  const weights = inner(mixed)
  if (weights?.op !== 'softmax') return undefined
  const scores = inner(weights)
  if (scores?.op !== 'matmul' || scores.attrs.transA || !scores.attrs.transB) return undefined
  const scaled = scores.inputs[0]
  const scale = scaled.op === 'mul' ? scalarOf(scaled.inputs[1]!) : undefined
  if (scale === undefined) return undefined
  const parts = [scaled.inputs[0]!, scores.inputs[1], mixed.inputs[1]] as const
  return parts.every((part) => isLike(part, parts[0])) ? { parts, scale } : undefined
}

/** Whether two have as many photos, heads and channels a head, [B, h, ·, d]; one that is spread over more is none. */
function isLike({ shape, dtype }: Value, other: Value): boolean {
  return shape.length === 4 && dtype === other.dtype && [0, 1, 3].every((axis) => shape[axis] === other.shape[axis])
}

function fused({ parts, scale }: Attention, rewritten: ReadonlyMap<Value, Value>, { shape, dtype }: Value): Value {
  const inputs = parts.map((part) => joinHeads(rewritten.get(part)!)) as [Value, Value, Value]
  const attrs = { heads: staticDim(shape[2]!), scale }
  const node: Node<'fusedAttention'> = { op: 'fusedAttention', inputs, attrs, shape: inputs[0].shape, dtype }
  return reshape(node as Value, shape)
}

/** [B, h, T, d] → [B, T, h·d]. */
function joinHeads(part: Value): Value {
  const apart = swapsHeads(part) ? part.inputs[0]! : transpose(part, [0, 2, 1, 3])
  const [batch, tokens, heads, size] = apart.shape
  return reshape(apart, [batch!, tokens!, staticDim(heads!) * staticDim(size!)])
}

/** Whether a value is another with its heads and tokens swapped. */
function swapsHeads({ op, attrs }: Value): boolean {
  return op === 'transpose' && attrs.perm.join() === '0,2,1,3'
}
