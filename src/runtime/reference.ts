import { invariant } from '../base/index.ts'
import {
  type AllOps,
  type AnyOpName,
  type Graph,
  graphInputs,
  type LoweredOpName,
  type Node,
  topological,
  type Value,
} from '../graph/index.ts'
import {
  asFloat32,
  type DType,
  narrowFloat16,
  roundToFloat16,
  sizeOf,
  stridesOf,
  type Tensor,
  type TypedArray,
  zerosOf,
} from '../tensor/index.ts'
import type { Backend, CompileOptions, Program, Tensors } from './backend.ts'
import { checkState } from './carried.ts'
import { bindFeeds, checkInto, resolveShape } from './feeds.ts'
import { HostState } from './host-state.ts'
import {
  erf,
  gather,
  gridSample,
  mapBroadcast,
  matmul,
  reduce,
  visitDepthwise,
  type Wide,
  wide,
} from './reference-kernels.ts'
import { singleSteps } from './stepper.ts'

/** How the reference's results are returned; it computes in float64 either way. */
export interface ReferenceOptions {
  /** What float32 outputs are returned as: float64 shows the evaluator's own precision. */
  readonly floats?: 'float32' | 'float64'
}

type Rule<K extends AnyOpName> = (
  inputs: readonly Wide[],
  attrs: AllOps[K]['attrs'],
  shape: readonly number[],
  node: Node<K>,
) => Wide

/**
 * The oracle: every op in plain TypeScript and float64, written for clarity; what is float16 is rounded to it, op by op. Slow on purpose; gradient checks and the other
 * backends are measured against it. Lowered ops are not here: what `lower` makes is tested against what it was made from.
 */
export function referenceBackend(options: ReferenceOptions = {}): Backend {
  const compile = async (graph: Graph, { parameters }: CompileOptions = {}) =>
    new ReferenceProgram(graph, options.floats ?? 'float32', Object.fromEntries(parameters ?? []))
  return {
    name: 'reference',
    prefersFew: false,
    compile,
    start: async (graph, state) => {
      checkState(graph, state)
      return new HostState(singleSteps(await compile(graph), graph), graph, state)
    },
  }
}

class ReferenceProgram implements Program {
  readonly lanes = 1
  readonly #graph: Graph
  readonly #inputs: readonly Node<'input'>[]
  readonly #floats: 'float32' | 'float64'
  readonly #parameters: Tensors

  constructor(graph: Graph, floats: 'float32' | 'float64', parameters: Tensors) {
    this.#parameters = parameters
    this.#graph = graph
    this.#inputs = graphInputs(graph)
    this.#floats = floats
  }

  async run(fed: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const feeds = { ...fed, ...this.#parameters }
    const sizes = bindFeeds(this.#inputs, feeds)
    checkInto(this.#graph, into, sizes)
    const values = new Map<Value, Wide>()
    for (const value of topological(Object.values(this.#graph.outputs)))
      values.set(value, evaluate(value, values, feeds, sizes))
    const outputs = Object.entries(this.#graph.outputs)
    return Object.fromEntries(
      outputs.map(([name, v]) => [name, narrow(values.get(v)!, v.dtype, this.#floats, into[name])]),
    )
  }

  async release(): Promise<void> {}
}

function evaluate(value: Value, values: Map<Value, Wide>, feeds: Tensors, sizes: ReadonlyMap<string, number>): Wide {
  if (value.op === 'input') return widen(feeds[value.attrs.name]!)
  const rule = rules[value.op as keyof typeof rules] as Rule<AnyOpName> | undefined
  invariant(rule !== undefined, `${value.op}: the reference evaluator runs graphs before they are lowered`)
  const inputs = value.inputs.map((input) => values.get(input)!)
  const exact = rule(inputs, value.attrs, resolveShape(value.shape, sizes), value)
  return value.dtype === 'float16' ? { shape: exact.shape, data: exact.data.map(roundToFloat16) } : exact
}

function widen(t: Tensor): Wide {
  if (t.dtype === 'float16') return widen(asFloat32(t))
  return { shape: t.shape, data: Float64Array.from(t.data as ArrayLike<number | bigint>, Number) }
}

function narrow(x: Wide, dtype: DType, floats: 'float32' | 'float64', into: Tensor | undefined): Tensor {
  const kind = dtype === 'float32' ? floats : dtype
  const data: TypedArray = into?.data ?? zerosOf(kind, x.data.length)
  if (data instanceof BigInt64Array) x.data.forEach((v, i) => (data[i] = BigInt(v)))
  else data.set(dtype === 'float16' ? narrowFloat16(x.data) : x.data)
  return into ?? { dtype: kind, shape: x.shape, data }
}

const binary =
  (f: (a: number, b: number) => number) =>
  (inputs: readonly Wide[], _: object, shape: readonly number[]): Wide =>
    mapBroadcast(shape, inputs, f)
const unary =
  (f: (x: number) => number) =>
  ([x]: readonly Wide[]): Wide => ({ shape: x!.shape, data: x!.data.map(f) })
const view = ([x]: readonly Wide[], _: object, shape: readonly number[]): Wide => ({ shape, data: x!.data })

const rules: { readonly [K in Exclude<keyof AllOps, 'input' | LoweredOpName>]: Rule<K> } = {
  constant: (_, { value }) => widen(value),
  cast: ([x], { to }) => castTo(x!, to),
  stopGradient: view,

  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  pow: binary((a, b) => a ** b),
  max: binary(Math.max),
  min: binary(Math.min),

  neg: unary((x) => -x),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  erf: unary(erf),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  tanh: unary(Math.tanh),
  sign: unary(Math.sign),
  floor: unary(Math.floor),
  gelu: unary((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),

  less: binary((a, b) => Number(a < b)),
  equal: binary((a, b) => Number(a === b)),
  and: binary((a, b) => Number(a !== 0 && b !== 0)),
  where: (inputs, _, shape) => mapBroadcast(shape, inputs, (condition, a, b) => (condition! !== 0 ? a! : b!)),

  reduceSum: ([x], { axes, keepDims }) => reduce(x!, axes, keepDims, 0, (sum, v) => sum + v),
  reduceMean: ([x], { axes, keepDims }) => {
    const sum = reduce(x!, axes, keepDims, 0, (total, v) => total + v)
    const count = x!.data.length / sum.data.length
    return { shape: sum.shape, data: sum.data.map((v) => v / count) }
  },
  reduceMax: ([x], { axes, keepDims }) => reduce(x!, axes, keepDims, Number.NEGATIVE_INFINITY, Math.max),

  reshape: view,
  transpose: ([x], { perm }, shape) => {
    const strides = stridesOf(x!.shape)
    return gather(
      x!,
      shape,
      perm.map((axis) => strides[axis]!),
    )
  },
  expand: (inputs, _, shape) => mapBroadcast(shape, inputs, (v) => v!),
  concat: (inputs, { axis }, shape) => {
    const out = wide(shape)
    const block = sizeOf(shape.slice(axis))
    let offset = 0
    for (const x of inputs) {
      const part = sizeOf(x.shape.slice(axis))
      for (let i = 0; i < x.data.length / part; i++)
        out.data.set(x.data.subarray(i * part, (i + 1) * part), i * block + offset)
      offset += part
    }
    return out
  },
  slice: ([x], { axis, begin }, shape) => {
    const strides = stridesOf(x!.shape)
    return gather(x!, shape, strides, begin * strides[axis]!)
  },
  pad: ([x], { axis, before }, shape) => {
    const out = wide(shape)
    const inner = sizeOf(shape.slice(axis + 1))
    const [from, to] = [x!.shape[axis]! * inner, shape[axis]! * inner]
    for (let i = 0; i < x!.data.length / from; i++)
      out.data.set(x!.data.subarray(i * from, (i + 1) * from), i * to + before * inner)
    return out
  },
  flip: ([x], { axes }, shape) => {
    const strides = stridesOf(shape)
    const start = axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0)
    return gather(
      x!,
      shape,
      strides.map((stride, i) => (axes.includes(i) ? -stride : stride)),
      start,
    )
  },

  matmul: ([a, b], { transA, transB }, shape) => matmul(a!, b!, transA, transB, shape),
  integerMatmul: ([a, b], _, shape) => matmul(a!, b!, false, false, shape),
  depthwiseConv: ([x, w], { pad }, shape) => {
    const y = wide(shape)
    visitDepthwise(x!.shape, [w!.shape[2]!, w!.shape[3]!], shape, pad, (xi, wi, yi) => {
      y.data[yi]! += x!.data[xi]! * w!.data[wi]!
    })
    return y
  },
  depthwiseConvWeight: ([x, dy], { pad }, shape) => {
    const dw = wide(shape)
    visitDepthwise(x!.shape, [shape[2]!, shape[3]!], dy!.shape, pad, (xi, wi, yi) => {
      dw.data[wi]! += x!.data[xi]! * dy!.data[yi]!
    })
    return dw
  },
  standardise: ([x], { eps }) => {
    const r = inverseDeviation(x!, eps)
    const m = rowMeans(x!)
    return mapBroadcast(x!.shape, [x!, m, r], (v, average, scale) => (v! - average!) * scale!)
  },
  inverseDeviation: ([x], { eps }) => inverseDeviation(x!, eps),
  softmax: ([x]) => softmax(x!),
  gridSample: ([x, grid]) => gridSample(x!, grid!),
}

function castTo(x: Wide, to: DType): Wide {
  if (to === 'bool') return { shape: x.shape, data: x.data.map((v) => Number(v !== 0)) }
  const whole = to === 'int32' || to === 'int64' || to === 'uint8'
  return whole ? { shape: x.shape, data: x.data.map(Math.trunc) } : x
}

function softmax(x: Wide): Wide {
  const last = [x.shape.length - 1]
  const peak = reduce(x, last, true, Number.NEGATIVE_INFINITY, Math.max)
  const powers = mapBroadcast(x.shape, [x, peak], (v, m) => Math.exp(v! - m!))
  const total = reduce(powers, last, true, 0, (sum, v) => sum + v)
  return mapBroadcast(x.shape, [powers, total], (v, sum) => v! / sum!)
}

function rowMeans(x: Wide): Wide {
  const last = x.shape.length - 1
  const sum = reduce(x, [last], true, 0, (total, v) => total + v)
  return { shape: sum.shape, data: sum.data.map((v) => v / x.shape[last]!) }
}

function inverseDeviation(x: Wide, eps: number): Wide {
  const squares = mapBroadcast(x.shape, [x, rowMeans(x)], (v, m) => (v! - m!) ** 2)
  const variance = rowMeans(squares)
  return { shape: variance.shape, data: variance.data.map((v) => 1 / Math.sqrt(v + eps)) }
}
