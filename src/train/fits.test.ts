import { describe, expect, test } from 'vitest'
import { presets, type TrainConfig } from '../run/index.ts'
import { stepBytes } from './estimate.ts'
import { checkFits } from './fits.ts'
import { planOf } from './plan.ts'

const tiny: TrainConfig = {
  ...presets.atto,
  model: { ...presets.atto.model, backbone: 'convnext_zepto_rms' },
  image: { ...presets.atto.image, widthPx: 512, heightPx: 512 },
  chunk: 8,
}
const needed = (config: TrainConfig) => stepBytes(planOf({ config, classes: ['one', 'another'] }).graph)

function told(config: TrainConfig, memoryBytes?: number): string {
  try {
    checkFits(config, memoryBytes)
    return 'fits'
  } catch (error) {
    return String(error)
  }
}

describe('a step that cannot fit into memory', () => {
  test('is refused with the largest batch that would', () => {
    const memory = needed({ ...tiny, batchSize: 64 }) * 1.01
    expect(told({ ...tiny, batchSize: 64 }, memory)).toBe('fits')
    const message = told({ ...tiny, batchSize: 256 }, memory)
    expect(message).toMatch(
      /batchSize: a step of 256 photos of 512 × 512 needs about [\d.]+ GB of memory, this machine has/,
    )
    const most = Number(/batchSize=(\d+)"/.exec(message)?.[1])
    expect(most % 8).toBe(0)
    expect(needed({ ...tiny, batchSize: most })).toBeLessThanOrEqual(memory)
    expect(needed({ ...tiny, batchSize: most + 8 })).toBeGreaterThan(memory * 0.9)
  })

  test('is refused before its graph, which would take minutes', () => {
    const begun = performance.now()
    expect(told({ ...tiny, batchSize: 65_536 })).toContain(
      'batchSize: 65536 photos are 8192 chunks of 8, expected at most 256\nhint: `set: "batchSize=2048"` at most, or a larger `chunk`',
    )
    const image = { ...tiny.image, widthPx: 16_384, heightPx: 16_384 }
    expect(told({ ...tiny, image, batchSize: 65_536, chunk: 65_536 })).toContain('a smaller `image`')
    expect(told({ ...tiny, image, batchSize: 32 }, 16e9)).toContain('a step of 32 photos of 16384 × 16384 needs about')
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  test('that of large photos is reckoned from smaller ones', () => {
    const large = { ...tiny, image: { ...tiny.image, widthPx: 1152, heightPx: 1152 }, batchSize: 16 }
    const memory = needed(large)
    expect(told(large, memory / 1.45)).toBe('fits')
    expect(told(large, memory / 1.55)).toContain('needs about')
  })

  test('small steps are not looked at', () => {
    expect(told({ ...presets.brief, batchSize: 32 }, 1)).toBe('fits')
  })
})
