import { type Graph, mul, type Node, staticDim, topological, transpose, type Value } from '../graph/index.ts'
import { columnScale } from './quantise.ts'
import { rewriteGraph } from './rewrite.ts'

/** Of the narrower side: below so many columns, rounding them costs more than a product in whole numbers saves. */
const fewestColumns = 128

/** A sum of so many terms of 255 · 63 at most, as kernels add them before they take 128 off, is below 2³¹. */
const mostTerms = 130_000

/**
 * Gradients of weights, dYᵀ·x, in whole numbers, where `roundProducts` has rounded both sides already, each row by its largest: dY for the gradient of x, x
 * for the forward product. The wider side is taken as it is there. Its rows' largest go to the other side, which is then rounded with a scale a
 * column: Σₘ (qₘ·largestₘ)·rₘ = Σₘ qₘ·(largestₘ·rₘ). Sums are exact, in int32. Where few columns or very many rows meet, products stay in float32.
 */
export function roundWeightGradients(graph: Graph): Graph {
  const values = topological(Object.values(graph.outputs))
  const rounded = new Set(values.filter(isRoundedByRow).map(({ inputs }) => inputs[0]))
  const gradients = new Set<Value>(values.filter((value) => isGradient(value, rounded)))
  const wider = new Set([...gradients].map(({ inputs }) => inputs[widerOf(inputs[0]!, inputs[1]!)]!))
  const known = new Map<Value, RoundedRows>()
  const rowsOf = (x: Value) => {
    const rows = known.get(x) ?? roundedRows(x)
    known.set(x, rows)
    return rows
  }
  return rewriteGraph(graph, (value, original) => {
    const [a, b] = value.inputs
    if (isRoundedByRow(value) && wider.has(original.inputs[0]!)) return inSteps(value, rowsOf(a!))
    if (!gradients.has(original)) return value
    if (widerOf(a!, b!) === 0) return transposedTimes(rowsOf(a!), b!)
    return transpose(transposedTimes(rowsOf(b!), a!), [1, 0])
  })
}

function isRoundedByRow(value: Value): value is Node<'quantisedMatmul'> {
  return value.op === 'quantisedMatmul' && value.attrs.by === 'row'
}

function isGradient(value: Value, rounded: ReadonlySet<Value>): boolean {
  if (value.op !== 'matmul' || !value.attrs.transA || value.attrs.transB) return false
  if (!value.inputs.every((side) => side.shape.length === 2 && rounded.has(side))) return false
  const terms = staticDim(value.inputs[0].shape[0])
  return Math.min(...value.shape.map(staticDim)) >= fewestColumns && terms <= mostTerms
}

function widerOf(a: Value, b: Value): 0 | 1 {
  return staticDim(a.shape[1]) >= staticDim(b.shape[1]) ? 0 : 1
}

/** A matrix in whole numbers, and the largest of each of its rows [M, 1]. */
interface RoundedRows {
  readonly rows: Value
  readonly largest: Value
}

/** The same product, its left side rounded by an op of its own, which others may read. */
function inSteps({ inputs: [, columns, scale] }: Node<'quantisedMatmul'>, { rows, largest }: RoundedRows): Value {
  return mul(product(rows, columns, scale), largest)
}

/** xᵀ·y for x in whole numbers. */
function transposedTimes({ rows, largest }: RoundedRows, y: Value): Value {
  const terms = mul(y, largest)
  const scale = columnScale(terms)
  const columns = { op: 'roundTerms', inputs: [terms, scale], attrs: {}, shape: terms.shape, dtype: 'int8' } as const
  return product(transpose(rows, [1, 0]), columns satisfies Node<'roundTerms'>, scale)
}

function roundedRows(x: Value): RoundedRows {
  const ofRows = { op: 'largestOfRows', inputs: [x], attrs: {}, shape: [x.shape[0]!, 1], dtype: 'float32' } as const
  const largest = ofRows satisfies Node<'largestOfRows'>
  const rows = { op: 'roundRows', inputs: [x, largest], attrs: {}, shape: x.shape, dtype: 'uint8' } as const
  return { rows: rows satisfies Node<'roundRows'>, largest }
}

function product(a: Value, b: Value, scale: Value): Value {
  const shape = [a.shape[0]!, b.shape[1]!]
  return { op: 'wholeMatmul', inputs: [a, b, scale], attrs: {}, shape, dtype: 'float32' } satisfies Node<'wholeMatmul'>
}
