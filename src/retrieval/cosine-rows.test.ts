import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { visitCosineRows } from './cosine-rows.ts'
import { cosineSimilarity } from './similarity.ts'

const rng = new Rng('rows')
const embeddings = { count: 600, dim: 3, data: Float32Array.from({ length: 1800 }, () => rng.normal()) }

test('the cosines of each photo to all, to the last bit, told piece by piece', async () => {
  const all = cosineSimilarity(embeddings, embeddings)
  const told: number[] = []
  let next = 0
  const visit = (photo: number, row: Float32Array) => {
    expect(photo).toBe(next++)
    expect(row).toEqual(all.subarray(photo * 600, (photo + 1) * 600))
  }
  await visitCosineRows(embeddings, visit, { onProgress: (done) => told.push(done) })
  expect(next).toBe(600)
  expect(told).toEqual([0, 256, 512, 600])
})

test('the signal stops them between two pieces', async () => {
  const stop = new AbortController()
  let visited = 0
  const visit = () => {
    visited++
    if (visited === 5) stop.abort(new Error('enough'))
  }
  await expect(visitCosineRows(embeddings, visit, { signal: stop.signal })).rejects.toThrow('enough')
  expect(visited).toBe(256)
})
