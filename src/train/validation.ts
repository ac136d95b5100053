import type { PixelStore } from '../data/index.ts'
import { embeddingGraph, embeddingSize, type ReIdConfig } from '../models/index.ts'
import { evaluateRetrieval } from '../retrieval/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Validator } from './material.ts'

export interface ValidatorOptions {
  readonly model: ReIdConfig
  readonly batchSize: number
  readonly identities: readonly string[]
  /** Positions in the store of the photos to measure on. */
  readonly rows: readonly number[]
}

export async function openValidator(
  backend: Backend,
  store: PixelStore,
  options: ValidatorOptions,
): Promise<Validator> {
  const { rows, identities } = options
  const batchSize = Math.min(options.batchSize, rows.length)
  const { heightPx, widthPx } = store.geometry
  const { graph } = embeddingGraph(options.model, { heightPx, widthPx, batch: batchSize, flip: true })
  const program = await backend.compile(graph)
  return {
    measure: async (weights) => {
      const data = await embedRows(program, store, rows, batchSize, Object.fromEntries(weights))
      const embeddings = { count: rows.length, dim: embeddingSize(options.model), data }
      return evaluateRetrieval({ embeddings, identities: rows.map((row) => identities[row]!) })
    },
    release: () => program.release(),
  }
}

/** The graph's batch is fixed: the last one is filled up with photos that were embedded already. */
async function embedRows(
  program: Program,
  store: PixelStore,
  rows: readonly number[],
  batchSize: number,
  weights: Readonly<Record<string, Tensor>>,
): Promise<Float32Array> {
  const parts: Float32Array[] = []
  for (let begin = 0; begin < rows.length; begin += batchSize) {
    const start = Math.min(begin, rows.length - batchSize)
    const { embedding } = await program.run({ ...weights, pixels: store.batch(rows.slice(start, start + batchSize)) })
    const data = embedding!.data as Float32Array
    parts.push(data.slice(((begin - start) * data.length) / batchSize))
  }
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
