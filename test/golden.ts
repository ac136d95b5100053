import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Value } from '../src/graph/index.ts'
import { type Backend, ortBackend, referenceBackend } from '../src/runtime/index.ts'
import { decodeSafetensors, type Tensor } from '../src/tensor/index.ts'
import { goldenTolerance } from './tolerances.ts'

export interface Golden {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
  /** The tensor, as a failure that names it where it is missing. */
  get(name: string): Tensor
}

/** A golden file of test/golden, made by make.py from PyTorch and timm in float64. */
export function golden(name: string): Golden {
  const path = goldenPath(`${name}.safetensors`)
  const file = decodeSafetensors(readFileSync(path), path)
  return {
    ...file,
    get: (key) => {
      const found = file.tensors.get(key)
      if (found === undefined) throw new Error(`${name}.safetensors has no '${key}'`)
      return found
    },
  }
}

export function goldenPath(file: string): string {
  return fileURLToPath(new URL(`golden/${file}`, import.meta.url))
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: Tensor, b: Tensor): number {
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.data.length; i++) {
    difference += (Number(a.data[i]) - Number(b.data[i])) ** 2
    norm += Number(b.data[i]) ** 2
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-30)
}

/** [B, C, H, W] → [B, H, W, C]. */
export function channelsLast(t: Tensor): Tensor {
  const [b, c, h, w] = t.shape as [number, number, number, number]
  const data = Float64Array.from({ length: b * c * h * w }, (_, i) => {
    const [n, p, ch] = [Math.floor(i / (h * w * c)), Math.floor(i / c) % (h * w), i % c]
    return Number(t.data[(n * c + ch) * h * w + p])
  })
  return { dtype: 'float64', shape: [b, h, w, c], data }
}

/** As float32, as every graph's inputs are. */
export function narrow(t: Tensor): Tensor {
  return { dtype: 'float32', shape: t.shape, data: Float32Array.from(t.data as Float64Array) }
}

/** Computes named values on a backend. */
export async function compute(backend: Backend, outputs: Record<string, Value>, feeds: Record<string, Tensor>) {
  const program = await backend.compile({ outputs })
  const results = await program.run(feeds)
  await program.release()
  return results
}

/** The two backends that golden files are held against, each with its tolerances. */
export const goldenBackends: readonly {
  readonly name: string
  readonly backend: Promise<Backend>
  readonly forward: number
  readonly gradients: number
}[] = [
  {
    name: 'reference, float64',
    backend: Promise.resolve(referenceBackend({ floats: 'float64' })),
    ...goldenTolerance.reference,
  },
  { name: 'onnxruntime, float32', backend: ortBackend({ threads: 1 }), ...goldenTolerance.ort },
]
