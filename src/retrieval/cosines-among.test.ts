import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { cosinesAmong } from './cosines-among.ts'
import type { Embeddings } from './embeddings.ts'
import { cosineSimilarity } from './similarity.ts'

function random(count: number, dim: number, seed: number): Embeddings {
  const rng = new Rng(seed)
  return { count, dim, data: Float32Array.from({ length: count * dim }, () => rng.normal()) }
}

const all = { least: () => -1, wanted: () => true }

test('cosines among some rows are those of the table, each two once and in the order given', async () => {
  const embeddings = random(7, 5, 3)
  const table = cosineSimilarity(embeddings, embeddings)
  const seen: number[][] = []
  await cosinesAmong(embeddings)([5, 0, 3], all, (a, b, cosine) => seen.push([a, b, cosine]))
  expect(seen).toEqual([
    [5, 0, table[5 * 7]],
    [5, 3, table[5 * 7 + 3]],
    [0, 3, table[3]],
  ])
})

test('finds exactly the pairs at a limit or above it, whatever the number of rows, and those only that are wanted', async () => {
  for (const count of [31, 33, 530]) {
    const embeddings = random(count + 2, 6, count)
    const rows = Array.from({ length: count }, (_, i) => (7 * i) % count)
    const table = cosineSimilarity(embeddings, embeddings)
    const cosineOf = (a: number, b: number) => table[a * (count + 2) + b]!
    const least = cosineOf(rows[1]!, rows[count - 1]!) // of one pair to the last bit
    const wanted = (a: number, b: number) => (a + b) % 3 !== 0 || a === rows[1]
    const expected = rows.flatMap((a, i) =>
      rows
        .slice(i + 1)
        .flatMap((b) => (cosineOf(a, b) >= least && wanted(a, b) ? [`${a} ${b} ${cosineOf(a, b)}`] : [])),
    )
    const seen: string[] = []
    await cosinesAmong(embeddings)(rows, { least: () => least, wanted }, (a, b, cosine) =>
      seen.push(`${a} ${b} ${cosine}`),
    )
    expect(expected.length).toBeGreaterThan(0)
    expect(seen.sort()).toEqual(expected.sort())
  }
})

test('a limit that rises leaves out what lies below it', async () => {
  const embeddings = random(40, 3, 5)
  let least = -1
  const seen: number[] = []
  await cosinesAmong(embeddings)(
    Array.from({ length: 40 }, (_, i) => i),
    { least: () => least, wanted: () => true },
    (_, __, cosine) => {
      seen.push(cosine)
      least = cosine
    },
  )
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen.length).toBeLessThan(100)
})

test('tells how far it is, and stops between its pieces', async () => {
  const embeddings = random(1100, 2, 1)
  const rows = Array.from({ length: 1100 }, (_, i) => i)
  const told: number[] = []
  const none = { least: () => 2, wanted: () => true }
  await cosinesAmong(embeddings)(rows, { ...none, onProgress: (done) => told.push(done) }, () => {})
  expect(told).toEqual([0, 183, 366, 550, 733, 916, 1100]) // three panels: six pieces
  const stop = new AbortController()
  const onProgress = (done: number) => {
    if (done > 0) stop.abort(new Error('enough'))
  }
  const work = cosinesAmong(embeddings)(rows, { ...none, onProgress, signal: stop.signal }, () => {})
  await expect(work).rejects.toThrow('enough')
})
