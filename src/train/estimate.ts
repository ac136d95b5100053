import {
  type Graph,
  graphInputs,
  input,
  matmul,
  type Node,
  staticDim,
  topological,
  type Value,
} from '../graph/index.ts'
import type { Backend } from '../runtime/index.ts'
import { bytesPerElement, sizeOf, zeros } from '../tensor/index.ts'

/** What a step will need, told before it runs. */
export interface Estimate {
  /** Floating-point operations of one step. */
  readonly flop: number
  /** Peak of all tensors alive at once, inputs and results included. */
  readonly bytes: number
  readonly stepMs: number
}

/** Elementwise work keeps the processor from its matrix speed; measured over training steps (results/). */
const matrixShare = 0.6

/** Counts a step's arithmetic and memory in its graph, and times this machine's matrix product for the speed. */
export async function estimateStep(graph: Graph, backend: Backend): Promise<Estimate> {
  const flop = countFlop(graph)
  return { flop, bytes: peakBytes(graph), stepMs: (flop / (matrixShare * (await matrixSpeed(backend)))) * 1000 }
}

/** Floating-point operations of matrix products and depthwise convolutions: two for each multiply-add. */
export function countFlop(graph: Graph): number {
  return topological(Object.values(graph.outputs)).reduce((sum, value) => sum + flopOf(value), 0)
}

function flopOf(value: Value): number {
  if (value.op === 'matmul') {
    const [a] = value.inputs
    return 2 * elements(value) * staticDim(a.shape[a.shape.length - (value.attrs.transA ? 2 : 1)])
  }
  if (value.op === 'depthwiseConv') return 2 * elements(value) * sizeOf(value.inputs[1].shape.slice(2).map(staticDim))
  if (value.op === 'depthwiseConvWeight')
    return 2 * elements(value.inputs[1]) * sizeOf(value.shape.slice(2).map(staticDim))
  return 0
}

/** The largest sum of tensors alive at once when values are computed in order and dropped after their last use. */
export function peakBytes(graph: Graph): number {
  const outputs = Object.values(graph.outputs)
  const order = topological(outputs)
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

/** Floating-point operations a second of a 1024³ matrix product: the best of five. */
async function matrixSpeed(backend: Backend): Promise<number> {
  const n = 1024
  const program = await backend.compile({ outputs: { y: matmul(input('a', [n, n]), input('b', [n, n])) } })
  const feeds = { a: zeros('float32', [n, n]), b: zeros('float32', [n, n]) }
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    await program.run(feeds)
    best = Math.min(best, performance.now() - start)
  }
  await program.release()
  return (2 * n ** 3) / (best / 1000)
}
