import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { projectEmbeddings } from './projections.ts'

test('a note has the shares of the variance, and a warning where neighbours cannot be trusted', async () => {
  const rng = new Rng('noise')
  const noise = { count: 60, dim: 30, data: Float32Array.from({ length: 1800 }, () => rng.normal()) }
  const [unsure] = await projectEmbeddings(noise, ['pca'])
  expect(unsure!.note).toMatch(/largest variance, \d+\.\d % and \d+\.\d % of it\./)
  expect(unsure!.note).toMatch(/neighbours 0\.[0-8]\d\d of 1: many neighbours in the picture are none\.$/)

  const ring = Array.from({ length: 40 }, (_, i) => [Math.cos((i * Math.PI) / 20), Math.sin((i * Math.PI) / 20)])
  const [sure] = await projectEmbeddings({ count: 40, dim: 2, data: Float32Array.from(ring.flat()) }, ['pca'])
  expect(sure!.note).toBe(
    'Linear: the two directions of largest variance, 50.0 % and 50.0 % of it. Trustworthiness of 5 neighbours 1.000 of 1.',
  )
})
