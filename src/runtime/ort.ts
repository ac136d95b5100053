import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { check, messageOf } from '../base/index.ts'
import { type Graph, graphInputs, input, type Node } from '../graph/index.ts'
import { lower, portableTarget, type Target } from '../lower/index.ts'
import { encodeModel, inlineLimit, toOnnx } from '../onnx/index.ts'
import { type DType, float32, type Shape, sizeOf, type Tensor, type TypedArray } from '../tensor/index.ts'
import type { Backend, CompileOptions, Program, Tensors } from './backend.ts'
import { bindFeeds, checkInto } from './feeds.ts'

export interface OrtOptions {
  /** Processor threads of one run; all physical cores unless told otherwise. */
  readonly threads?: number | undefined
  /** 'cpu', or 'webgpu' where the machine has it. */
  readonly provider?: 'cpu' | 'webgpu'
  /** Blocked depthwise convolution where the processor has it (default), or plain operators only. */
  readonly blocked?: boolean
  /** A file that receives ONNX Runtime's profile, one for each compiled graph. */
  readonly profilePrefix?: string
}

/** Graphs run by ONNX Runtime. `run` blocks this thread for the whole of it: long work belongs into a worker. */
export async function ortBackend(options: OrtOptions = {}): Promise<Backend> {
  const provider = options.provider ?? 'cpu'
  const blocked = provider === 'cpu' && (options.blocked ?? true)
  const target: Target = blocked ? { blockSize: await probeBlockSize() } : portableTarget
  return {
    name: `onnxruntime ${provider}`,
    compile: async (graph, { parameters = new Map() }: CompileOptions = {}) => {
      // What does not fit one message is fed like any other input.
      const fits = totalBytes(parameters) <= inlineLimit
      const proto = toOnnx(lower(graph, target), fits ? { parameters } : {})
      const { model } = encodeModel(proto, '')
      const session = await InferenceSession.create(model, sessionOptions(options))
      const inputs = graphInputs(graph).filter(({ attrs }) => !fits || !parameters.has(attrs.name))
      return new OrtProgram(session, inputs, graph, fits ? {} : Object.fromEntries(parameters))
    },
  }
}

/** A model file opened: foreign or our own, not a graph of ours. */
export interface OnnxModel {
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  run(feeds: Tensors): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

export interface OnnxPort {
  readonly name: string
  readonly dtype: string
  /** Sizes; a name where the size is not fixed. */
  readonly shape: readonly (number | string)[]
}

/** Opens an ONNX file, external data beside it included. @throws InputError naming the file where ONNX Runtime refuses it. */
export async function openOnnx(path: string, options: OrtOptions = {}): Promise<OnnxModel> {
  let session: InferenceSession
  try {
    session = await InferenceSession.create(path, sessionOptions(options))
  } catch (error) {
    check(false, `${path}: ONNX Runtime cannot open it (${messageOf(error)})`)
  }
  return {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    run: async (feeds) => {
      const results = await session.run(mapValues(feeds, toOrt))
      return mapValues(results as Record<string, OrtTensor>, fromOrt)
    },
    release: () => session.release(),
  }
}

function portOf(meta: InferenceSession.ValueMetadata): OnnxPort {
  return meta.isTensor
    ? { name: meta.name, dtype: meta.type, shape: meta.shape }
    : { name: meta.name, dtype: 'other', shape: [] }
}

class OrtProgram implements Program {
  readonly #session: InferenceSession
  readonly #inputs: readonly Node<'input'>[]
  readonly #graph: Graph
  readonly #fixed: Tensors

  constructor(session: InferenceSession, inputs: readonly Node<'input'>[], graph: Graph, fixed: Tensors) {
    this.#fixed = fixed
    this.#session = session
    this.#inputs = inputs
    this.#graph = graph
  }

  async run(given: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const feeds = { ...given, ...this.#fixed }
    checkInto(this.#graph, into, bindFeeds(this.#inputs, feeds))
    const fed = Object.fromEntries(
      this.#inputs.map(({ attrs }) => [attrs.name, toOrt(asDType(feeds[attrs.name]!, attrs.dtype))]),
    )
    const fetches = Object.fromEntries(
      Object.keys(this.#graph.outputs).map((name) => [name, into[name] === undefined ? null : toOrt(into[name])]),
    )
    const results = (await this.#session.run(fed, fetches)) as Record<string, OrtTensor>
    return Object.fromEntries(
      Object.keys(this.#graph.outputs).map((name) => [name, into[name] ?? fromOrt(results[name]!)]),
    )
  }

  release(): Promise<void> {
    return this.#session.release()
  }
}

function sessionOptions(options: OrtOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [options.provider ?? 'cpu'],
    graphOptimizationLevel: 'all',
    // With it the second run of a training graph allocates everything again: 5.0 GB instead of 2.7 GB.
    enableMemPattern: false,
    // 3 hides the warnings about initialisers that no node reads.
    logSeverityLevel: 3,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
    // Denormals made a training step 2.5 × slower.
    extra: { session: { set_denormal_as_zero: '1' } },
  }
}

let probed: Promise<number> | undefined

/**
 * Channels in a block of this processor, 0 where it has no blocked convolution: four channels, the fewest that the operator
 * takes, are reordered, and the result shows how many they were padded to. A fact of the machine, asked once.
 */
export function probeBlockSize(): Promise<number> {
  probed ??= (async () => {
    const x = input('x', [1, 1, 1, 4])
    const graph: Graph = {
      outputs: {
        y: { op: 'blockedReorderInput', inputs: [x], attrs: {}, shape: ['channels', 1, 1, 1], dtype: 'float32' },
      },
    }
    try {
      const { model } = encodeModel(toOnnx(graph), '')
      const session = await InferenceSession.create(model, { logSeverityLevel: 4 })
      const { y } = await session.run({ x: toOrt(float32([1, 1, 1, 4], [1, 2, 3, 4])) })
      await session.release()
      const channels = y === undefined ? 0 : sizeOf(y.dims)
      return channels === 8 || channels === 16 ? channels : 0
    } catch {
      return 0 // the operator does not exist in this build
    }
  })()
  return probed
}

function totalBytes(tensors: ReadonlyMap<string, Tensor>): number {
  return [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
}

function toOrt({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype as 'float32', data as Float32Array, shape)
}

function fromOrt(t: OrtTensor): Tensor {
  return { dtype: t.type as DType, shape: t.dims as Shape, data: t.data as TypedArray } as Tensor
}

function asDType(t: Tensor, dtype: DType): Tensor {
  return t.dtype === 'float64' && dtype === 'float32'
    ? { dtype, shape: t.shape, data: Float32Array.from(t.data as Float64Array) }
    : t
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]))
}
