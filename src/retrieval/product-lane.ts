import { workerData } from 'node:worker_threads'
import { openFloatTiles, type SharedMemory } from '../tensor/index.ts'
import { BlockQueue, type QueueControl } from './block-queue.ts'
import { type BlockPlan, multiplyBlock } from './product-blocks.ts'

/** What a thread that multiplies is given. */
export interface ProductLaneStart {
  readonly memory: SharedMemory
  readonly control: QueueControl
  readonly plan: BlockPlan
}

const { memory, control, plan } = workerData as ProductLaneStart
const addTiles = openFloatTiles(memory)
const floats = new Float32Array(memory.buffer)
new BlockQueue(control, (slot) => multiplyBlock(addTiles, floats, plan, slot)).serve()
