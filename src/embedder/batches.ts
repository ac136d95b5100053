import { inOrder } from '../base/index.ts'

/** How many rows pass a network together, and how many such batches it works at. */
export interface BatchPolicy {
  readonly batchSize: number
  /** Of `Program` and `Session`: batches worked at side by side. */
  readonly lanes: number
}

/** Batches in the making at once: one more than there are lanes, so that none waits for its next. */
export function batchesUnderWay({ lanes }: BatchPolicy): number {
  return lanes + 1
}

/**
 * work(first rows), work(next rows) … in this order, `batchSize` rows at a time, the last ones maybe fewer; `begin` counts the rows
 * before them. Everything that passes a network in batches passes here: memory does not grow with the number of rows.
 */
export function inBatches<Row, Made>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  policy: BatchPolicy,
  work: (rows: readonly Row[], begin: number) => Promise<Made>,
): AsyncGenerator<Made, void, undefined> {
  const { batchSize } = policy
  const options = { atOnce: batchesUnderWay(policy) }
  return inOrder(grouped(rows, batchSize), (batch, index) => work(batch, index * batchSize), options)
}

/** The parts one after the other, `length` numbers in all. */
export async function joined(parts: AsyncIterable<Float32Array>, length: number): Promise<Float32Array> {
  const all = new Float32Array(length)
  let begin = 0
  for await (const part of parts) {
    all.set(part, begin)
    begin += part.length
  }
  return all
}

async function* grouped<Row>(rows: Iterable<Row> | AsyncIterable<Row>, size: number): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
