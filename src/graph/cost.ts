import { bytesPerElement, sizeOf } from '../tensor/index.ts'
import { staticDim } from './dim.ts'
import { type Graph, graphInputs, type Node, topological, type Value } from './value.ts'

/** Floating-point operations of matrix products and depthwise convolutions: two for each multiply-add. */
export function countFlop(graph: Graph): number {
  return topological(Object.values(graph.outputs)).reduce((sum, value) => sum + flopOf(value), 0)
}

/** Operations of products in whole numbers: two for each multiply-add. */
export function countWholeOperations(graph: Graph): number {
  const products = topological(Object.values(graph.outputs)).filter(
    ({ op }) => op === 'quantisedMatmul' || op === 'wholeMatmul' || op === 'integerMatmul',
  )
  return products.reduce((sum, value) => sum + 2 * elements(value) * staticDim(value.inputs[0]!.shape.at(-1)), 0)
}

/** Of one node. */
export function flopOf(value: Value): number {
  if (value.op === 'matmul') {
    const [a] = value.inputs
    return 2 * elements(value) * staticDim(a.shape[a.shape.length - (value.attrs.transA ? 2 : 1)])
  }
  if (value.op === 'depthwiseConv') return 2 * elements(value) * sizeOf(value.inputs[1].shape.slice(2).map(staticDim))
  if (value.op === 'depthwiseConvWeight')
    return 2 * elements(value.inputs[1]) * sizeOf(value.shape.slice(2).map(staticDim))
  return 0
}

/** The largest sum of tensors alive at once when values are computed in ONNX Runtime's order and dropped after their last use. */
export function peakBytes(graph: Graph): number {
  const outputs = Object.values(graph.outputs)
  const order = executionOrder(outputs)
  const lastUse = new Map<Value, number>()
  order.forEach((value, i) => {
    for (const read of value.inputs) lastUse.set(memoryOf(read), i)
  })
  for (const value of [...outputs, ...(graphInputs(graph) as Value[])]) lastUse.set(memoryOf(value), order.length)
  const dying = new Map<number, number>()
  for (const [value, i] of lastUse) dying.set(i, (dying.get(i) ?? 0) + bytesOfValue(value))
  let [alive, peak] = [0, 0]
  order.forEach((value, i) => {
    alive += bytesOfValue(value)
    peak = Math.max(peak, alive)
    alive -= dying.get(i) ?? 0
  })
  return peak
}

/**
 * The order in which ONNX Runtime computes what is written in topological order: depth first from the values that nobody reads, the
 * last of them and the last of each value's inputs first.
 */
function executionOrder(outputs: readonly Value[]): Value[] {
  const written = topological(outputs)
  const index = new Map(written.map((value, i) => [value, i]))
  const read = new Set(written.flatMap(({ inputs }) => inputs))
  const stack: { readonly value: Value; readonly leave: boolean }[] = written
    .filter((value) => !read.has(value))
    .map((value) => ({ value, leave: false }))
  const seen = new Set<Value>()
  const order: Value[] = []
  while (stack.length > 0) {
    const { value, leave } = stack.pop()!
    if (leave) order.push(value)
    if (leave || seen.has(value)) continue
    seen.add(value)
    stack.push({ value, leave: true })
    const inputs = value.inputs.filter((x) => !seen.has(x)).sort((a, b) => index.get(a)! - index.get(b)!)
    for (const x of inputs) stack.push({ value: x, leave: false })
  }
  return order
}

function elements(value: Value): number {
  return sizeOf(value.shape.map(staticDim))
}

function bytesOfValue(value: Value): number {
  return isView(value) ? 0 : elements(value) * bytesPerElement(value.dtype)
}

/** The value whose memory a view looks at. */
function memoryOf(value: Value): Value {
  return isView(value) ? memoryOf(value.inputs[0]) : value
}

function isView(value: Value): value is Node<'reshape'> | Node<'stopGradient'> {
  return value.op === 'reshape' || value.op === 'stopGradient'
}
