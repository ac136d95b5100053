import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  temporaryFolder,
  tinyGeometry,
  tinyNetwork,
  tinyPhoto,
  tinyRun,
  tinyTensors,
} from '../../test/model-fixture.ts'
import { exportModel } from '../export/index.ts'
import { decodeImage, geometry } from '../images/index.ts'
import { type Embedder, prepareFor } from './embedder.ts'
import { scaledGeometry } from './multi-scale.ts'
import { openModel } from './open.ts'

describe('multi-scale averaging', () => {
  let opened: Embedder[] = []
  beforeEach(() => {
    opened = []
  })
  afterEach(async () => {
    await Promise.all(opened.map((embedder) => embedder.release()))
  })
  const open = async (...given: Parameters<typeof openModel>) => {
    const embedder = await openModel(...given)
    opened.push(embedder)
    return embedder
  }

  it('is the mean of the embeddings at two sizes, of length 1', async () => {
    const run = tinyRun()
    const several = await open(run, { tta: 'multi-scale', threads: 1 })
    const one = await open(run, { tta: 'flip', threads: 1 })
    expect(several.tta).toBe('multi-scale')
    expect(several.geometries.map(({ widthPx }) => widthPx)).toEqual([32, 64])
    const photo = await decodeImage(await tinyPhoto('Abril', 3))
    const prepared = prepareFor(several, photo)
    const embedding = await several.embed([prepared])
    const own = await one.embed([prepareFor(one, photo)])
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5)
    // e = (a + b) / ‖a + b‖ with ‖a‖ = ‖b‖ = 1: b = 2 (a·e) e − a, whose length is 1 for every a
    const shared = own.reduce((sum, value, i) => sum + value * embedding[i]!, 0)
    const other = own.map((value, i) => 2 * shared * embedding[i]! - value)
    expect(Math.hypot(...other)).toBeCloseTo(1, 4)
    expect(shared).toBeLessThan(0.999999) // the other size adds something
    expect(shared).toBeGreaterThan(Math.SQRT1_2) // and is no opposite
    expect(await several.fingerprint()).not.toBe(await one.fingerprint())
  })

  it('is refused for a file that takes one size', async () => {
    const out = temporaryFolder()
    await exportModel({
      network: tinyNetwork,
      geometry: tinyGeometry,
      tensors: tinyTensors(),
      folder: out,
      name: 'tiny',
    })
    await expect(openModel(out, { tta: 'multi-scale' })).rejects.toThrow('takes photos of one size only')
  })

  it('rounds sides to whole strides', () => {
    const sides = (widthPx: number) => scaledGeometry(geometry({ widthPx, heightPx: 224 }), 1.25)
    expect([sides(224).widthPx, sides(224).heightPx, sides(96).widthPx]).toEqual([288, 288, 128])
    expect(scaledGeometry(geometry({ widthPx: 100 }), 1).widthPx).toBe(100)
  })
})
