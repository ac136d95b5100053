import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { InputError, invariant, messageOf } from '../base/index.ts'
import { bytesPerElement, type DType, type Shape, type Tensor, type TypedArray } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { openInChild } from './child-session.ts'
import { systemsHint } from './systems.ts'
import { telemetryIsOff } from './telemetry.ts'

export type SessionOptions = InferenceSession.SessionOptions

/** An input or output of an ONNX model: its name, element type and shape. */
export interface OnnxPort {
  readonly name: string
  readonly dtype: string
  /** Sizes; a name where the size is not fixed. */
  readonly shape: readonly (number | string)[]
}

/** A model opened by ONNX Runtime. */
export interface Session {
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** Runs under way at once; more of them wait. */
  readonly lanes: number
  /** All outputs; those named in `into` are written into its memory. */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

/** ONNX Runtime, when it is first needed: it is 45 MB. @throws InputError on a system that it has no library for. */
async function library(): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node')
  } catch (error) {
    const system = `${process.platform} ${process.arch}`
    throw new InputError(
      `ONNX Runtime does not load on this system, ${system}: ${messageOf(error).split('\n')[0]}`,
      systemsHint,
    )
  }
}

/** Opens a file, or a file's bytes, in this thread, which each run blocks. @throws what ONNX Runtime throws. */
export async function openSession(model: Uint8Array | string, options: SessionOptions): Promise<Session> {
  if (!telemetryIsOff) return openInChild(model, { options: [options] }) // where it is off
  const ort = await library()
  const session =
    typeof model === 'string'
      ? await ort.InferenceSession.create(model, options)
      : await ort.InferenceSession.create(model, options)
  const toOrt = ({ dtype, shape, data }: Tensor) => new ort.Tensor(dtype as 'float32', data as Float32Array, shape)
  return {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    lanes: 1,
    run: async (feeds, into = {}) => {
      const fetches = session.outputNames.map((name) => [name, into[name] === undefined ? null : toOrt(into[name])])
      const results = await session.run(mapValues(feeds, toOrt), Object.fromEntries(fetches))
      return mapValues(results as Record<string, OrtTensor>, (value, name) => into[name] ?? fromOrt(value))
    },
    release: () => session.release(),
  }
}

/** A tensor that lies on a device. */
export class DeviceTensor {
  /** ONNX Runtime's own, for the session that takes it. */
  readonly ort: OrtTensor
  readonly dtype: DType
  readonly shape: Shape
  readonly bytes: number
  readonly #onDispose: () => void

  constructor(ort: OrtTensor, onDispose: () => void) {
    this.ort = ort
    this.#onDispose = onDispose
    this.dtype = ort.type as DType
    this.shape = ort.dims
    this.bytes = ort.size * bytesPerElement(this.dtype)
  }

  /** Gives its memory back. */
  dispose(): void {
    this.ort.dispose()
    this.#onDispose()
  }
}

/** A model on a device, some of whose outputs stay there. */
export interface DeviceSession {
  /** Feeds from memory and from the device; results in memory, and those that stay on the device. */
  run(
    feeds: Tensors,
    held: Readonly<Record<string, DeviceTensor>>,
  ): Promise<{ readonly results: Record<string, Tensor>; readonly held: Record<string, DeviceTensor> }>
  /** Ends it once the last tensor that it left on the device is disposed of: their memory is the session's. */
  release(): Promise<void>
}

/** Opens a file's bytes on the device that `options` name; outputs named in `staying` stay there. @throws what ONNX Runtime throws. */
export async function openDeviceSession(
  model: Uint8Array,
  options: SessionOptions,
  staying: readonly string[],
): Promise<DeviceSession> {
  invariant(telemetryIsOff, 'a device is opened where telemetry is off')
  const ort = await library()
  const preferredOutputLocation = Object.fromEntries(staying.map((name) => [name, 'gpu-buffer' as const]))
  const session = await ort.InferenceSession.create(model, { ...options, preferredOutputLocation })
  const toOrt = ({ dtype, shape, data }: Tensor) => new ort.Tensor(dtype as 'float32', data as Float32Array, shape)
  let [alive, isReleased] = [0, false]
  const releaseIfUnused = async () => {
    if (isReleased && alive === 0) await session.release()
  }
  const onDispose = () => {
    alive--
    void releaseIfUnused()
  }
  return {
    run: async (feeds, held) => {
      const all = { ...mapValues(feeds, toOrt), ...mapValues(held, (tensor) => tensor.ort) }
      const read = Object.entries(all).filter(([name]) => session.inputNames.includes(name))
      const outputs = Object.entries((await session.run(Object.fromEntries(read))) as Record<string, OrtTensor>)
      const [there, here] = [outputs.filter(isOnDevice), outputs.filter((output) => !isOnDevice(output))]
      alive += there.length
      return {
        results: mapValues(Object.fromEntries(here), fromOrt),
        held: mapValues(Object.fromEntries(there), (tensor) => new DeviceTensor(tensor, onDispose)),
      }
    },
    release: () => {
      isReleased = true
      return releaseIfUnused()
    },
  }
}

function isOnDevice([, tensor]: readonly [string, OrtTensor]): boolean {
  return tensor.location === 'gpu-buffer'
}

function portOf(meta: InferenceSession.ValueMetadata): OnnxPort {
  return meta.isTensor
    ? { name: meta.name, dtype: meta.type, shape: meta.shape }
    : { name: meta.name, dtype: 'other', shape: [] }
}

function fromOrt(t: OrtTensor): Tensor {
  return { dtype: t.type as DType, shape: t.dims as Shape, data: t.data as TypedArray } as Tensor
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]))
}
