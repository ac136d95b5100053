import { bytesPerElement, sizeOf } from '../tensor/index.ts'
import { flopOf } from './cost.ts'
import { staticDim } from './dim.ts'
import type { AnyOpName } from './ops.ts'
import { type Graph, topological, type Value } from './value.ts'

/** Kinds of work by what bounds them: arithmetic, or the memory that is read and written. */
export type CostGroup = 'products' | 'convolutions' | 'elementwise' | 'reductions' | 'moves' | 'casts'

/** What a group of nodes costs. */
export interface GroupCost {
  readonly nodes: number
  /** Two for each multiply-add of products and convolutions. */
  readonly flop: number
  /** Read and written, where each node reads its inputs and writes its result: nothing fused. */
  readonly bytes: number
}

const groups: Readonly<Record<Exclude<CostGroup, 'elementwise'>, readonly AnyOpName[]>> = {
  products: ['matmul', 'gemm', 'quantisedMatmul', 'wholeMatmul', 'integerMatmul', 'fusedAttention'],
  convolutions: ['depthwiseConv', 'depthwiseConvWeight', 'blockedDepthwise'],
  reductions: ['reduceSum', 'reduceMean', 'reduceMax', 'largestOfRows', 'softmax', 'standardise', 'inverseDeviation'],
  moves: [
    'transpose',
    'concat',
    'slice',
    'pad',
    'flip',
    'expand',
    'gridSample',
    'gatherRows',
    'blockedReorderInput',
    'blockedReorderOutput',
  ],
  casts: ['cast', 'roundColumns', 'roundHalf', 'roundRows', 'roundTerms'],
}

/** They compute nothing, and their result lies where their input does. */
const free: ReadonlySet<AnyOpName> = new Set(['input', 'constant', 'reshape', 'stopGradient'])

/** The operations and bytes of a static graph's nodes, group by group: a budget, to hold a profile against. */
export function costByGroup(graph: Graph): Readonly<Record<CostGroup, GroupCost>> {
  const none: GroupCost = { nodes: 0, flop: 0, bytes: 0 }
  const costs: Record<CostGroup, GroupCost> = {
    ...{ products: none, convolutions: none, elementwise: none },
    ...{ reductions: none, moves: none, casts: none },
  }
  for (const value of topological(Object.values(graph.outputs))) {
    if (free.has(value.op)) continue
    const group = groupOf(value.op)
    const { nodes, flop, bytes } = costs[group]
    const moved = [value, ...value.inputs].reduce((sum, x) => sum + bytesOf(x), 0)
    costs[group] = { nodes: nodes + 1, flop: flop + flopWith(value), bytes: bytes + moved }
  }
  return costs
}

function groupOf(op: AnyOpName): CostGroup {
  const found = (['products', 'convolutions', 'reductions', 'moves', 'casts'] as const).find((group) =>
    groups[group].includes(op),
  )
  return found ?? 'elementwise'
}

/** Of a product with its row and of attention, too. */
function flopWith(value: Value): number {
  if (value.op === 'fusedAttention')
    return 4 * sizeOf(value.shape.map(staticDim)) * staticDim(value.inputs[1].shape[1]!)
  if (value.op !== 'gemm') return flopOf(value)
  const { inputs, attrs, shape, dtype } = value
  return flopOf({ op: 'matmul', inputs: [inputs[0], inputs[1]], attrs, shape, dtype })
}

function bytesOf({ shape, dtype }: Value): number {
  return sizeOf(shape.map(staticDim)) * bytesPerElement(dtype)
}
