import { expect, test } from 'vitest'
import { cloud } from '../../test/clouds.ts'
import { InputError } from '../base/index.ts'
import { pca } from './pca.ts'
import { type ProjectionOptions, project } from './project.ts'
import { projectInWorker } from './project-in-worker.ts'
import { trustworthiness } from './trustworthiness.ts'

const points = cloud(60, 12)
const methods: readonly ProjectionOptions[] = [
  { method: 'pca', components: 3 },
  { method: 'tsne', metric: 'cosine', iterations: 60 },
  { method: 'umap', epochs: 20 },
]

test.each(methods)('$method: here and in a thread the same, and progress ends at 1', async (options) => {
  const shares: number[] = []
  const there = await projectInWorker(points, options, { onProgress: (share) => shares.push(share) })
  expect(there).toEqual(project(points, options))
  expect(there.method).toBe(options.method)
  expect(shares.at(-1)).toBe(1)
})

test('trustworthiness is the layout’s; null where there are too few points', () => {
  const projection = project(points, { method: 'pca' })
  expect(projection.trustworthiness).toBe(trustworthiness(points, pca(points).layout))
  expect(project(cloud(10, 3), { method: 'pca' }).trustworthiness).toBeNull()
})

test('the caller’s points stay where they are', async () => {
  const view = { ...points, data: points.data.subarray(12), count: 59 }
  const { layout } = await projectInWorker(view, { method: 'pca' })
  expect(layout).toEqual(pca(view).layout)
  expect(points.data.length).toBe(60 * 12)
})

test('mistakes come back as InputError', async () => {
  const promise = projectInWorker(cloud(2, 3), { method: 'tsne' })
  await expect(promise).rejects.toThrow('tsne: expected 4 points or more, got 2')
  await expect(promise).rejects.toBeInstanceOf(InputError)
})

test('ends at once when the signal aborts, before or within', async () => {
  const long = cloud(1500, 50)
  const control = new AbortController()
  const stop = () => control.abort(new Error('stopped'))
  const begun = performance.now()
  await expect(projectInWorker(long, { method: 'tsne' }, { signal: control.signal, onProgress: stop })).rejects.toThrow(
    'stopped',
  )
  expect(performance.now() - begun).toBeLessThan(10_000)
  await expect(projectInWorker(long, { method: 'tsne' }, { signal: control.signal })).rejects.toThrow('stopped')
})
