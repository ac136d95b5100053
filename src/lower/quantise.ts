import {
  abs,
  constant,
  div,
  type Graph,
  max,
  type Node,
  reduceMax,
  staticDim,
  topological,
  transpose,
  type Value,
} from '../graph/index.ts'
import { float32, type Tensor, tensor } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** Below so many terms a product gains nothing from whole numbers: rounding x costs more than it saves. */
const fewestTerms = 32

/**
 * Weights are rounded to ±63, seven bits: where a processor adds pairs of uint8·int8 products in 16 bits (x86 without VNNI),
 * 2 · 255 · 63 = 32,130 still fits, and the same file gives the same numbers everywhere.
 */
const largestWeight = 63

/** The right sides, made of `parameters` and constants alone, of matrix products whose left side is not: what `quantiseProducts` rounds. */
export function productWeights(graph: Graph, parameters: ReadonlySet<string>): Value[] {
  const values = topological(Object.values(graph.outputs))
  const fixed = fixedValues(values, parameters)
  const products = values.filter((value): value is Node<'matmul'> => value.op === 'matmul' && !fixed.has(value))
  const rounded = products.filter((product) => fixed.has(product.inputs[1]) && isRoundable(product))
  return [...new Set(rounded.map(({ inputs }) => inputs[1]))]
}

/** x [M, K] · w of enough terms. */
function isRoundable({ inputs: [x, w], attrs }: Node<'matmul'>): boolean {
  return x.shape.length === 2 && w.shape.length === 2 && !attrs.transA && staticDim(x.shape[1]) >= fewestTerms
}

/** What is computed of `parameters` and constants alone and read by what is not: to be computed once. */
export function fixedOperands(graph: Graph, parameters: ReadonlySet<string>): Value[] {
  const values = topological(Object.values(graph.outputs))
  const fixed = fixedValues(values, parameters)
  const read = values.filter((value) => !fixed.has(value)).flatMap(({ inputs }) => [...inputs])
  return [...new Set(read)].filter((value) => fixed.has(value) && value.op !== 'input' && value.op !== 'constant')
}

function fixedValues(values: readonly Value[], parameters: ReadonlySet<string>): ReadonlySet<Value> {
  const fixed = new Set<Value>()
  for (const value of values) {
    const known = value.op === 'input' ? parameters.has(value.attrs.name) : value.inputs.every((x) => fixed.has(x))
    if (known) fixed.add(value)
  }
  return fixed
}

/** The graph with constants for the values that are known: what only they were computed of is gone from it. */
export function withConstants(graph: Graph, known: ReadonlyMap<Value, Tensor>): Graph {
  return rewriteGraph(graph, (value, original) => {
    const tensor = known.get(original)
    return tensor === undefined ? value : constant(tensor)
  })
}

/**
 * Products with one of `weights` in whole numbers, by ONNX Runtime's conventions for dynamic quantisation: the weight in
 * int8 with a scale for each output feature, symmetric; x in uint8 with one scale and zero point, asymmetric.
 */
export function quantiseProducts(graph: Graph, weights: ReadonlyMap<Value, Tensor<'float32'>>): Graph {
  return rewriteGraph(graph, (value, original) => {
    const weight = original.op === 'matmul' && isRoundable(original) ? weights.get(original.inputs[1]) : undefined
    if (value.op !== 'matmul' || weight === undefined) return value
    const { columns, scale } = roundColumns(weight, value.attrs.transB)
    const inputs = [value.inputs[0], constant(columns), constant(scale)] as const
    const { shape, dtype } = value
    return { op: 'quantisedMatmul', inputs, attrs: { by: 'tensor' }, shape, dtype } satisfies Node<'quantisedMatmul'>
  })
}

/** w [K, N], or [N, K] where `transposed`, as int8 [K, N] and scale [N]: w ≈ columns∘scale. A column of zeros has scale 1. */
export function roundColumns(
  { shape, data }: Tensor<'float32'>,
  transposed: boolean,
): { readonly columns: Tensor<'int8'>; readonly scale: Tensor<'float32'> } {
  const [rows, width] = shape as readonly [number, number]
  const [terms, features] = transposed ? [width, rows] : [rows, width]
  const at = (k: number, n: number) => (transposed ? n * terms + k : k * features + n)
  const rounded = new Int8Array(terms * features)
  const scales = new Float32Array(features)
  for (let n = 0; n < features; n++) {
    let largest = 0
    for (let k = 0; k < terms; k++) largest = Math.max(largest, Math.abs(data[at(k, n)]!))
    const scale = largest === 0 ? 1 : largest / largestWeight
    for (let k = 0; k < terms; k++) rounded[k * features + n] = Math.round(data[at(k, n)]! / scale)
    scales[n] = scale
  }
  return { columns: tensor('int8', [terms, features], rounded), scale: float32([features], scales) }
}

/**
 * Products with weights that change at each run, in whole numbers: a training step's. The weight is rounded in the graph, with a
 * scale a column; x with a scale a row, as gradients differ by orders of magnitude between the places of a map. Of a differentiated
 * graph it takes the forward products and the gradients of their left sides (SwitchBack: Wortsman et al., arXiv 2304.13013, algorithm 1).
 * The weights themselves stay in float32; their gradients are left to `roundWeightGradients`.
 */
export function roundProducts(graph: Graph, parameters: ReadonlySet<string>): Graph {
  const weights = new Set(productWeights(graph, parameters))
  const known = new Map<Value, (readonly [columns: Value, scale: Value])[]>()
  return rewriteGraph(graph, (value, original) => {
    if (value.op !== 'matmul' || original.op !== 'matmul') return value
    if (!weights.has(original.inputs[1]) || !isRoundable(original)) return value
    const { attrs, shape, dtype } = value
    const [x, w] = value.inputs
    if (x.shape[0] === 1) return value // W·β, a norm's shift in a bias: no faster, and what it rounds is added to every place
    const sides = known.get(w) ?? []
    const side = (sides[Number(attrs.transB)] ??= roundedColumns(attrs.transB ? transpose(w, [1, 0]) : w))
    known.set(w, sides)
    const inputs = [x, ...side] as const
    return { op: 'quantisedMatmul', inputs, attrs: { by: 'row' }, shape, dtype } satisfies Node<'quantisedMatmul'>
  })
}

function roundedColumns(w: Value): readonly [columns: Value, scale: Value] {
  const scale = columnScale(w)
  const columns = { op: 'roundColumns', inputs: [w, scale], attrs: {}, shape: w.shape, dtype: 'int8' } as const
  return [columns satisfies Node<'roundColumns'>, scale]
}

/** What is one in the whole numbers of each column of w [K, N]: [N]. */
export function columnScale(w: Value): Value {
  return div(max(reduceMax(abs(w), { axes: [0] }), 1e-30), largestWeight)
}
