import { type AnyOpName, cast, constant, type Graph, topological, type Value, withInputs } from '../graph/index.ts'
import { asFloat32, narrowFloat16, sameShape, tensor } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** Which part of a network computes in float16. */
export interface HalfOptions {
  /** Names of the weights whose layers do. */
  readonly halved: ReadonlySet<string>
  /** Names of all others, statistics among them: what depends on one of these is float32. */
  readonly kept: ReadonlySet<string>
}

const products: ReadonlySet<AnyOpName> = new Set(['matmul', 'depthwiseConv'])

/** They follow what they are given. All that is in neither set is float32: powers, roots, exponentials, reductions, norms, softmax. */
const following: ReadonlySet<AnyOpName> = new Set([
  ...(['add', 'sub', 'mul', 'div', 'max', 'min', 'where', 'neg', 'abs', 'sigmoid', 'tanh', 'gelu'] as const),
  ...(['stopGradient', 'reshape', 'transpose', 'expand', 'concat', 'slice', 'pad', 'flip'] as const),
])

/**
 * Mixed precision as PyTorch's autocast has it (Micikevicius et al., arXiv:1710.03740): products of data with the weights `halved`, their
 * biases, and the activations between two of them in float16; weights, statistics, norms, softmax and whatever depends on `kept`
 * in float32. Where a float32 activation meets a float16 one, the result is float32: the residual stream is. Differentiate
 * afterwards: a cast's derivative casts back, so that every weight's gradient is float32, and is the sum of those of its uses.
 */
export function halveProducts(graph: Graph, options: HalfOptions): Graph {
  const half = halfValues(topological(Object.values(graph.outputs)), options)
  const mixed = rewriteGraph(graph, (value, original) => {
    const to = half.has(original) ? 'float16' : 'float32'
    const inputs = value.inputs.map((x) => (isFloat(x) ? asFloat(x, to) : x))
    if (value.op === 'cast') return value
    const same = inputs.every((x, i) => x === value.inputs[i])
    const own = same ? value : withInputs(value, inputs)
    return half.has(original) ? ({ ...own, dtype: 'float16' } as Value) : own
  })
  const outputs = Object.entries(mixed.outputs).map(([name, x]) => [name, isFloat(x) ? asFloat(x, 'float32') : x])
  return { ...mixed, outputs: Object.fromEntries(outputs) }
}

/** A cast for each use: the gradients of a weight's uses are then added in float32. `lower` makes one of equal ones. */
function asFloat(x: Value, to: 'float16' | 'float32'): Value {
  if (x.op !== 'constant' || x.dtype === to || to === 'float32') return cast(x, to)
  const { shape, data } = asFloat32(x.attrs.value)
  return constant(tensor('float16', shape, narrowFloat16(data)))
}

function isFloat({ dtype }: Value): boolean {
  return dtype === 'float32' || dtype === 'float16'
}

/** What of a graph is float16. */
function halfValues(values: readonly Value[], options: HalfOptions): ReadonlySet<Value> {
  const origins = originsOf(values, options)
  const certain = new Set(values.filter((value) => isProduct(value, origins.get(value)!)))
  for (const value of values) if (isBias(value, certain, origins)) certain.add(value)
  const possible = new Set(certain)
  for (const value of values) if (follows(value, possible, origins)) possible.add(value)
  return usedHalves(values, possible, certain)
}

/** Of what is computed by neither product nor bias, only what such a one reads in the end: a step before a sum is as exact as the sum. */
function usedHalves(
  values: readonly Value[],
  possible: ReadonlySet<Value>,
  certain: ReadonlySet<Value>,
): ReadonlySet<Value> {
  const half = new Set(certain)
  for (const value of [...values].reverse())
    if (half.has(value)) for (const x of value.inputs) if (possible.has(x)) half.add(x)
  return half
}

/** What a value is made of. */
interface Origin {
  readonly data: boolean
  readonly halved: boolean
  readonly kept: boolean
}

function originsOf(values: readonly Value[], { halved, kept }: HalfOptions): ReadonlyMap<Value, Origin> {
  const origins = new Map<Value, Origin>()
  for (const value of values) {
    const from = value.inputs.map((x) => origins.get(x)!)
    const name = value.op === 'input' ? value.attrs.name : undefined
    const own = name !== undefined && {
      data: !halved.has(name) && !kept.has(name),
      halved: halved.has(name),
      kept: kept.has(name),
    }
    const some = (key: keyof Origin) => from.some((origin) => origin[key])
    origins.set(value, own || { data: some('data'), halved: some('halved'), kept: some('kept') })
  }
  return origins
}

/** A product of data with the network's own weights, or of two activations, as queries and keys are. */
function isProduct({ op, dtype }: Value, { data, halved, kept }: Origin): boolean {
  return products.has(op) && dtype === 'float32' && data && halved && !kept
}

/** A row that is added to a product. */
function isBias(value: Value, certain: ReadonlySet<Value>, origins: ReadonlyMap<Value, Origin>): boolean {
  return value.op === 'add' && certain.has(value.inputs[0]) && isGiven(value.inputs[1], value, origins)
}

function follows(value: Value, half: ReadonlySet<Value>, origins: ReadonlyMap<Value, Origin>): boolean {
  if (!following.has(value.op) || value.dtype !== 'float32') return false
  const isMoved = value.inputs.length === 1 || value.op === 'concat'
  const whole = value.inputs.some((x) => half.has(x) && (isMoved || sameShape(x.shape, value.shape)))
  return whole && value.inputs.every((x) => half.has(x) || !isFloat(x) || isGiven(x, value, origins))
}

/** What meets an activation and leaves its type: constants, masks, and rows made of weights. Statistics of the data do not. */
function isGiven(x: Value, { shape }: Value, origins: ReadonlyMap<Value, Origin>): boolean {
  const { data, halved, kept } = origins.get(x)!
  if (!halved && !kept) return !data || !sameShape(x.shape, shape)
  return !data && !kept && x.shape.length <= 1
}
