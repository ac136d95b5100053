import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { DType, Shape, Tensor, TypedArray } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { openInChild } from './child-session.ts'
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

/** Opens a file, or a file's bytes, in this thread, which each run blocks. @throws what ONNX Runtime throws. */
export async function openSession(model: Uint8Array | string, options: SessionOptions): Promise<Session> {
  if (!telemetryIsOff) return openInChild(model, { options: [options] }) // where it is off
  const ort = await import('onnxruntime-node') // when it is first needed: the library is 45 MB
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
