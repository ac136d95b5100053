import { expect, test } from 'vitest'
import { backboneNames } from './backbones.ts'
import { summariseBackbone } from './summary.ts'

/** Multiply-adds in billions and parameters in millions with a classifier of 1000, as published (arXiv:2201.03545, table 1; arXiv:2301.00808, table 11). */
test.each([
  ['convnext_tiny', 4.5, 28.6],
  ['convnext_small', 8.7, 50.2],
  ['convnext_base', 15.4, 88.6],
  ['convnext_large', 34.4, 197.8],
  ['convnextv2_nano', 2.45, 15.6],
  ['convnextv2_base', 15.4, 88.7],
] as const)('%s costs what its authors say', (name, billions, millions) => {
  const { multiplyAdds, parameters, width, inputPx } = summariseBackbone(name)
  expect(inputPx).toBe(224)
  expect(multiplyAdds / 1e9 / billions).toBeCloseTo(1, 1.5)
  expect((parameters + 1000 * (width + 1)) / 1e6 / millions).toBeCloseTo(1, 2)
})

test('every backbone has a summary', () => {
  for (const name of backboneNames) {
    const { parameters, multiplyAdds, weights } = summariseBackbone(name)
    expect(Math.min(parameters, multiplyAdds), name).toBeGreaterThan(90_000)
    for (const { licence } of weights) expect(licence, name).not.toBe('')
  }
})
