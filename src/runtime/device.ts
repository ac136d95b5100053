import { type Graph, input, type Value } from '../graph/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import type { DeviceSessions } from './device-state.ts'
import { type DeviceTensor, openDeviceSession, type SessionOptions } from './session.ts'

/** Opens a lowered graph that carries a state on the device that `options` name. @throws what ONNX Runtime throws. */
export async function openDevice(graph: Graph, options: SessionOptions): Promise<DeviceSessions> {
  const { model } = encodeModel(toOnnx(graph), '')
  const step = await openDeviceSession(model, options, Object.values(graph.carried ?? {}))
  return {
    step,
    upload: (tensors) => upload(tensors, options),
    download: (tensors) => download(tensors, options),
    release: () => step.release(),
  }
}

/** ONNX Runtime makes a tensor on a device only as an output of a model: here one that copies its inputs. */
async function upload(tensors: Tensors, options: SessionOptions): Promise<Record<string, DeviceTensor>> {
  const model = copies(tensors)
  const session = await openDeviceSession(model, options, Object.keys(tensors).map(copyOf))
  try {
    const { held } = await session.run(tensors, {})
    return Object.fromEntries(Object.keys(tensors).map((name) => [name, held[copyOf(name)]!]))
  } finally {
    await session.release()
  }
}

/** The binding's own download ends the process (onnxruntime-node 1.30); an output of a model that copies comes down well. */
async function download(
  tensors: Readonly<Record<string, DeviceTensor>>,
  options: SessionOptions,
): Promise<Record<string, Tensor>> {
  const session = await openDeviceSession(copies(tensors), options, [])
  try {
    const { results } = await session.run({}, tensors)
    return Object.fromEntries(Object.keys(tensors).map((name) => [name, results[copyOf(name)]!]))
  } finally {
    await session.release()
  }
}

function copyOf(name: string): string {
  return `copy/${name}`
}

/** A model with an output `copy/NAME` for each tensor. */
function copies(tensors: Readonly<Record<string, Pick<Tensor, 'dtype' | 'shape'>>>): Uint8Array {
  const outputs = Object.entries(tensors).map(([name, { dtype, shape }]): [string, Value] => [
    copyOf(name),
    input(name, shape, dtype),
  ])
  return encodeModel(toOnnx({ outputs: Object.fromEntries(outputs) }), '').model
}
