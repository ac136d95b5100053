import type { PixelStore } from '../data/index.ts'
import { inBatches, joined } from '../embedder/index.ts'
import { embeddingGraph, embeddingSize, type ReIdConfig } from '../models/index.ts'
import { evaluateRetrieval, type Labels } from '../retrieval/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Validator } from './material.ts'

export interface ValidatorOptions {
  readonly model: ReIdConfig
  readonly batchSize: number
  /** Of the photos to measure on, in their order. */
  readonly labels: Labels
  /** Positions in the store of the photos to measure on. */
  readonly rows: readonly number[]
}

export async function openValidator(
  backend: Backend,
  store: PixelStore,
  options: ValidatorOptions,
): Promise<Validator> {
  const { rows, labels } = options
  const batchSize = Math.min(options.batchSize, rows.length)
  const { heightPx, widthPx } = store.geometry
  const size = embeddingSize(options.model)
  const { graph } = embeddingGraph(options.model, { heightPx, widthPx, batch: batchSize, flip: true })
  const program = await backend.compile(graph)
  return {
    measure: async (weights, shouldStop) => {
      const part = { rows, batchSize, size, shouldStop }
      const data = await embedRows(program, store, part, Object.fromEntries(weights))
      if (shouldStop()) return undefined
      const embeddings = { count: rows.length, dim: size, data }
      return evaluateRetrieval({ embeddings, ...labels })
    },
    release: () => program.release(),
  }
}

interface Rows {
  readonly rows: readonly number[]
  readonly batchSize: number
  readonly size: number
  readonly shouldStop: () => boolean
}

/** The graph's batch is fixed: the last one begins earlier, with photos that were embedded already. */
async function embedRows(
  program: Program,
  store: PixelStore,
  { rows, batchSize, size, shouldStop }: Rows,
  weights: Readonly<Record<string, Tensor>>,
): Promise<Float32Array> {
  const embed = async (_: readonly number[], begin: number) => {
    const start = Math.min(begin, rows.length - batchSize)
    const { embedding } = await program.run({ ...weights, pixels: store.batch(rows.slice(start, start + batchSize)) })
    return (embedding!.data as Float32Array).subarray((begin - start) * size)
  }
  const parts = inBatches(rows, { batchSize, lanes: program.lanes }, embed)
  return joined(until(shouldStop, parts), rows.length * size)
}

async function* until<T>(shouldStop: () => boolean, parts: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const part of parts) {
    if (shouldStop()) return
    yield part
  }
}
