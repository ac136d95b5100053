import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { check, InputError, messageOf, readRegular, regularSize } from '../base/index.ts'
import { type Graph, graphInputs, input, type Node } from '../graph/index.ts'
import { lower, portableTarget } from '../lower/index.ts'
import { decodeModel, encodeModel, externalPaths, inlineLimit, toOnnx } from '../onnx/index.ts'
import { type DType, float32, sizeOf, type Tensor, totalBytes } from '../tensor/index.ts'
import type { Backend, CompileOptions, Program, Tensors } from './backend.ts'
import { checkState } from './carried.ts'
import { ModelDied, memoryLimitDefault, openInChild } from './child-session.ts'
import { openDevice } from './device.ts'
import { DeviceState } from './device-state.ts'
import { deviceTarget } from './device-target.ts'
import type { Device } from './devices.ts'
import { bindFeeds, checkInto } from './feeds.ts'
import { HostState } from './host-state.ts'
import { canOpenLanes, openLanes, shareThreads } from './lanes.ts'
import { loopSteps } from './loop-steps.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import { sessionOptions, stepOptions } from './session-options.ts'
import { singleSteps } from './stepper.ts'

/** Which processor runs the graphs, with how many threads. */
export interface OrtOptions {
  /** Processor threads in all; unless given, every processor for lanes, and every physical core for a single run. */
  readonly threads?: number | undefined
  /** What runs them; the processor unless given. `chooseDevice` says what this machine has. */
  readonly device?: Device | undefined
  /** Blocked depthwise convolution where the processor has it (default), or plain operators only. */
  readonly blocked?: boolean
  /**
   * Steps of a program that carries a state which run as one ONNX `Loop`, where the state lies in memory: 64 with CUDA, where it would travel to
   * the card and back at each step, and one elsewhere, unless given.
   */
  readonly together?: number
  /** A file that receives ONNX Runtime's profile, one for each compiled graph. */
  readonly profilePrefix?: string
}

/**
 * Weights and moments of ConvNeXt-Small take 0.3 s to an H100 and back, so that 64 steps share it at 5 ms each. The batches of so many steps lie in memory
 * at once (5 MB each at 32 photos of 224 px), and whoever stops a training waits for them.
 */
const cudaSteps = 64

/** A larger file has its weights in itself. */
const mostGraphBytes = 2 ** 24

/** Graphs run by ONNX Runtime. Without `lanes`, `run` blocks this thread for the whole of it: long work belongs into a worker. */
export async function ortBackend(options: OrtOptions = {}): Promise<Backend> {
  const device = options.device ?? 'cpu'
  const together = device === 'webgpu' ? 1 : (options.together ?? (device === 'cuda' ? cudaSteps : 1))
  const blocked = device === 'cpu' && (options.blocked ?? true)
  const blockSize = blocked ? await probeBlockSize() : portableTarget.blockSize
  const target = deviceTarget(device, blockSize)
  const compile = async (graph: Graph, { parameters = new Map(), lanes = false }: CompileOptions = {}) => {
    // What does not fit one message is fed like any other input.
    const fits = totalBytes(parameters) <= inlineLimit
    const proto = toOnnx(lower(graph, target), fits ? { parameters } : {})
    const { model } = encodeModel(proto, '')
    const session = await open(model, options, lanes && fits)
    const inputs = graphInputs(graph).filter(({ attrs }) => !fits || !parameters.has(attrs.name))
    return new OrtProgram(session, inputs, graph, fits ? {} : Object.fromEntries(parameters))
  }
  return {
    name: `onnxruntime ${device}`,
    prefersFew: device !== 'cpu',
    compile,
    start: async (graph, state) => {
      checkState(graph, state)
      if (together > 1) {
        const kept = new Set(Object.keys(state).filter((name) => graph.carried?.[name] === undefined))
        const loop = { kept, most: together, options: stepOptions(options) }
        return new HostState(await loopSteps(lower(graph, target), loop), graph, state)
      }
      if (device !== 'webgpu') return new HostState(singleSteps(await compile(graph), graph), graph, state)
      return DeviceState.open(await openDevice(lower(graph, target), stepOptions(options)), graph, state)
    },
  }
}

/** How much of the machine somebody's ONNX file may use, in a process of its own. */
export interface OpenOnnxOptions {
  /** Processor threads in all; every processor unless given. */
  readonly threads?: number | undefined
  /** What its process may take; half of the machine's memory unless given. */
  readonly memoryLimitBytes?: number | undefined
  /** What runs it; the processor unless given. */
  readonly device?: Device | undefined
}

/**
 * Opens an ONNX file, external data beside it included, in lanes of a process of its own: a file that somebody made can end the
 * process that runs it, or fill its memory.
 * @throws InputError naming the file where ONNX Runtime refuses it or dies of it, and where it needs more than the limit; `run` too.
 */
export async function openOnnx(
  path: string,
  { threads, device, memoryLimitBytes = memoryLimitDefault() }: OpenOnnxOptions = {},
): Promise<Session> {
  check(memoryLimitBytes > 0, `openOnnx: memoryLimitBytes: expected a number above 0, got ${memoryLimitBytes}`)
  const options = laneOptions(weightBytes(path), { threads, device })
  const session = await openInChild(resolve(path), { options, memoryLimitBytes }).catch(refusedAs(path, 'open'))
  const run: Session['run'] = (feeds, into) => session.run(feeds, into).catch(refusedAs(path, 'run'))
  return { ...session, run }
}

/** What ONNX Runtime says of a file, or dies of, is an error of the file. */
function refusedAs(path: string, doing: 'open' | 'run'): (error: unknown) => never {
  return (error) => {
    const message = messageOf(error)
    if (message.startsWith('internal: ')) throw error
    const hint = error instanceof ModelDied ? error.hint : undefined
    throw new InputError(`${path}: ONNX Runtime cannot ${doing} it (${message})`, hint)
  }
}

async function open(model: Uint8Array, options: OrtOptions, inLanes: boolean): Promise<Session> {
  if (!inLanes || !canOpenLanes || (options.device ?? 'cpu') !== 'cpu')
    return openSession(model, sessionOptions(options))
  return openLanes(model, laneOptions(model.length, options))
}

/** Those of each lane of a model of so many bytes. */
function laneOptions(bytes: number, options: OrtOptions): SessionOptions[] {
  if ((options.device ?? 'cpu') !== 'cpu') return [sessionOptions(options)] // a card is one
  const shares = shareThreads(bytes, options.threads)
  const own = shares.length === 1 ? [options] : shares.map((threads) => ({ ...options, threads }))
  return own.map(sessionOptions)
}

class OrtProgram implements Program {
  readonly #session: Session
  readonly #inputs: readonly Node<'input'>[]
  readonly #graph: Graph
  readonly #fixed: Tensors

  constructor(session: Session, inputs: readonly Node<'input'>[], graph: Graph, fixed: Tensors) {
    this.#fixed = fixed
    this.#session = session
    this.#inputs = inputs
    this.#graph = graph
  }

  async run(given: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const feeds = { ...given, ...this.#fixed }
    checkInto(this.#graph, into, bindFeeds(this.#inputs, feeds))
    const fed = this.#inputs.map(({ attrs }) => [attrs.name, asDType(feeds[attrs.name]!, attrs.dtype)])
    const results = await this.#session.run(Object.fromEntries(fed), into)
    return Object.fromEntries(Object.keys(this.#graph.outputs).map((name) => [name, results[name]!]))
  }

  get lanes(): number {
    return this.#session.lanes
  }

  release(): Promise<void> {
    return this.#session.release()
  }
}

/**
 * What a file's weights take, with those in files beside it; what is no model is for ONNX Runtime to refuse, which refuses weights
 * elsewhere too. @throws InputError where one of them is no regular file, or lies elsewhere.
 */
function weightBytes(path: string): number {
  const own = regularSize(path)
  const model = own > mostGraphBytes ? undefined : decoded(path)
  if (model === undefined) return own
  return externalPaths(model, path).reduce((sum, file) => sum + (existsSync(file) ? regularSize(file) : 0), own)
}

function decoded(path: string): ReturnType<typeof decodeModel> | undefined {
  try {
    return decodeModel(readRegular(path, 'onnx'), path)
  } catch {
    return undefined
  }
}

let probed: Promise<number> | undefined

/**
 * Channels in a block of this processor, 0 where it has no blocked convolution: four channels, the fewest that the operator
 * takes, are reordered, and the result shows how many they were padded to. A fact of the machine, asked once. As the first session of a process it also
 * decides whether the thread that runs steps takes denormals as zeros, as ONNX Runtime's own threads do.
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
      const session = await openSession(model, { ...sessionOptions({}), logSeverityLevel: 4 })
      const { y } = await session.run({ x: float32([1, 1, 1, 4], [1, 2, 3, 4]) })
      await session.release()
      const channels = sizeOf(y!.shape)
      return channels === 8 || channels === 16 ? channels : 0
    } catch {
      return 0 // the operator does not exist in this build
    }
  })()
  return probed
}

function asDType(t: Tensor, dtype: DType): Tensor {
  return t.dtype === 'float64' && dtype === 'float32'
    ? { dtype, shape: t.shape, data: Float32Array.from(t.data as Float64Array) }
    : t
}
