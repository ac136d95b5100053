import { expect, test } from 'vitest'
import { layerOf, rateDefaults, rateScale } from './groups.ts'

/** Seven layers, named by their number. */
const backbone = { layers: 7, layerOf: (name: string) => Number(name.split('.')[1]) }
const config = { head: 10, backbone: 0.5, layerDecay: 0.8 }

test.each([0, 1, 6, 7])('layer %d learns by 0.8 less for each layer above it', (layer) => {
  const name = `backbone.blocks.${layer}.weight`
  expect(layerOf(name, backbone)).toBe(layer)
  expect(rateScale(name, backbone, config)).toBeCloseTo(0.5 * 0.8 ** (7 - layer), 12)
  expect(rateScale(name, backbone, rateDefaults)).toBe(1)
})

test.each(['pool.p', 'projection.weight', 'neck.weight', 'head.weight'])('%s has the head’s rate', (name) => {
  expect(layerOf(name, backbone)).toBeUndefined()
  expect(rateScale(name, backbone, config)).toBe(10)
})
