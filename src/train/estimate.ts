import {
  countFlop,
  countWholeOperations,
  type Graph,
  graphInputs,
  input,
  matmul,
  peakBytes,
  staticDim,
} from '../graph/index.ts'
import { roundProducts } from '../lower/index.ts'
import type { Backend } from '../runtime/index.ts'
import { bytesPerElement, sizeOf, zeros } from '../tensor/index.ts'

/** What a step will need, told before it runs. */
export interface Estimate {
  /** Operations of one step's products, those in whole numbers included. */
  readonly flop: number
  /** The process's largest memory. */
  readonly bytes: number
  /** None on a card: its products are timed with the copies around them, and those take longer. */
  readonly stepMs?: number
}

/** Elementwise work keeps the processor from its matrix speed; measured over training steps (results/). */
const matrixShare = 0.6

/**
 * What a process holds beside the tensors that are alive at once: Node and ONNX Runtime, and for each byte of the state (12 a
 * parameter) 2.5 more, of the state that comes, the one that goes, and gaps. From the largest memory of training steps of five networks
 * (results/), which this meets to 10 %; at 384² and a recomputed backward pass it tells up to a fifth too little.
 */
const [processBytes, besideState] = [150e6, 2.5]

/** Feeds, call and log of a step, in ms: all that a head on stored embeddings takes (12,000 photos/s in batches of 32). */
const aroundStepMs = 2

/**
 * Counts a step's arithmetic and memory in its graph, and times a matrix product on the processor's backend for the speed; without one there is no
 * time. `nowMs` is the clock for it, that of the process unless given.
 */
export async function estimateStep(
  graph: Graph,
  backend: Pick<Backend, 'compile'> | undefined,
  nowMs: () => number = () => performance.now(),
): Promise<Estimate> {
  const [flop, whole] = [countFlop(graph), countWholeOperations(graph)]
  const counted = { flop: flop + whole, bytes: stepBytes(graph) }
  if (backend === undefined) return counted
  const floatSeconds = flop / (await matrixSpeed(backend, 'fp32', nowMs))
  const wholeSeconds = whole === 0 ? 0 : whole / (await matrixSpeed(backend, 'int8', nowMs))
  const arithmeticMs = ((floatSeconds + wholeSeconds) / matrixShare) * 1000
  return { ...counted, stepMs: aroundStepMs + arithmeticMs }
}

/** The largest memory of a process that runs a step. */
export function stepBytes(graph: Graph): number {
  return peakBytes(graph) + besideState * inputBytes(graph) + processBytes
}

function inputBytes(graph: Graph): number {
  return graphInputs(graph).reduce(
    (sum, { attrs: { shape, dtype } }) => sum + sizeOf(shape.map(staticDim)) * bytesPerElement(dtype),
    0,
  )
}

/** A slow device is known by its first product: one that a processor plays takes 7 s for each. */
const [mostProducts, enoughMs] = [5, 100]

/** Operations a second of a 1024³ matrix product: the best of five, or of those that are begun within `enoughMs`. */
async function matrixSpeed(
  backend: Pick<Backend, 'compile'>,
  precision: 'fp32' | 'int8',
  nowMs: () => number,
): Promise<number> {
  const n = 1024
  const product: Graph = { outputs: { y: matmul(input('a', [n, n]), input('b', [n, n])) } }
  const program = await backend.compile(precision === 'fp32' ? product : roundProducts(product, new Set(['b'])))
  const feeds = { a: zeros('float32', [n, n]), b: zeros('float32', [n, n]) }
  let [best, spentMs] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < mostProducts && spentMs < enoughMs; i++) {
    const start = nowMs()
    await program.run(feeds)
    const tookMs = nowMs() - start
    best = Math.min(best, tookMs)
    spentMs += tookMs
  }
  await program.release()
  return (2 * n ** 3) / (best / 1000)
}
