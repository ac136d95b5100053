import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { check } from '../base/index.ts'
import { floatTile, openFloatTiles, sharedMemory } from '../tensor/index.ts'
import { BlockQueue, queueControl } from './block-queue.ts'
import { type Embeddings, inverseNorms } from './embeddings.ts'
import { multiplyBlock, packChunks, planBlocks, readRow } from './product-blocks.ts'
import type { ProductLaneStart } from './product-lane.ts'
import { forEachCosineRow } from './similarity.ts'

/** Compiled, or TypeScript sources under a test runner, which Node 20 cannot load into a thread. */
const canOpenLanes = import.meta.url.endsWith('.js')

/** Products that are done sooner than a thread starts. */
const fewProducts = 4e8

/** One thread hands out all rows, and keeps no more than these busy. */
const mostLanes = 8

/**
 * As forEachCosineRow, in float32 and some ten times as fast: each cosine lies within `productError(dim)` of the exact one, and is the same
 * however the work is cut up and shared out. Who needs an order compares near ones anew. Multiplies in all threads of the machine, but
 * returns only after the last row. Memory: the gallery once more, and 128 rows for each of twice as many slots as there are threads.
 */
export function forEachRoundedCosineRow(
  queries: Embeddings,
  gallery: Embeddings,
  visit: (query: number, cosines: Float32Array) => void,
): void {
  check(queries.dim === gallery.dim, `embeddings: queries have ${queries.dim} dimensions, the gallery ${gallery.dim}`)
  const scaleQ = inverseNorms(queries, 'query embeddings')
  const scaleG = queries === gallery ? scaleQ : inverseNorms(gallery, 'gallery embeddings')
  if (queries.count === 0) return
  const lanes = lanesFor(queries.count * gallery.count * gallery.dim)
  const plan = planBlocks(gallery, queries.count, 2 * lanes)
  const blocks = Math.ceil(queries.count / plan.rows)
  const memory = sharedMemory(4 * plan.length)
  if (memory === undefined) return forEachCosineRow(queries, gallery, visit)

  const floats = new Float32Array(memory.buffer)
  const whole = { first: 0, limit: gallery.count, group: floatTile.columns }
  packChunks(gallery, scaleG, whole, floats.subarray(0, plan.columns * plan.dim))
  const row = new Float32Array(plan.columns)
  const cosines = row.subarray(0, gallery.count)
  const control = queueControl(plan.slots)
  const addTiles = openFloatTiles(memory)
  const queue = new BlockQueue(control, (slot) => multiplyBlock(addTiles, floats, plan, slot))
  const offer = (block: number) => {
    const [slot, first] = [block % plan.slots, block * plan.rows]
    const left = floats.subarray(plan.leftAt[slot]!, plan.outAt[slot]!)
    packChunks(queries, scaleQ, { first, limit: plan.rows, group: floatTile.rows }, left)
    queue.offer(slot)
  }
  try {
    for (let lane = 1; lane < lanes; lane++) startLane({ memory, control, plan })
    for (let block = 0; block < Math.min(blocks, plan.slots); block++) offer(block)
    for (let block = 0; block < blocks; block++) {
      const [slot, first] = [block % plan.slots, block * plan.rows]
      queue.finish(slot)
      for (let q = first; q < Math.min(first + plan.rows, queries.count); q++) {
        readRow(floats, plan, slot, q - first, row)
        visit(q, cosines)
      }
      if (block + plan.slots < blocks) offer(block + plan.slots)
    }
  } finally {
    queue.end()
  }
}

function lanesFor(products: number): number {
  return canOpenLanes && products > fewProducts ? Math.min(availableParallelism(), mostLanes) : 1
}

/** A thread that ends by itself when the queue does, and keeps no process alive. */
function startLane(start: ProductLaneStart): void {
  const worker = new Worker(new URL('./product-lane.js', import.meta.url), { workerData: start })
  worker.on('error', () => {}) // its share is done by whoever asks
  worker.unref()
}
