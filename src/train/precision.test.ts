import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { precisionOn } from './precision.ts'

test('auto is float32; what is asked for stays', async () => {
  for (const device of ['cpu', 'webgpu', 'cuda'] as const) expect(await precisionOn(device, 'auto')).toBe('fp32')
  for (const precision of ['fp32', 'fp16', 'int8'] as const) expect(await precisionOn('cpu', precision)).toBe(precision)
})

test('a device without float16 is an error for who asks for it; whole numbers are of the processor', async () => {
  const absent = process.platform === 'win32' ? 'coreml' : 'directml'
  const [half, whole] = await Promise.all([
    rejection(precisionOn(absent, 'fp16')),
    rejection(precisionOn(absent, 'int8')),
  ])
  expect(half).toContain(`precision: ${absent} does not compute in float16 here`)
  expect(whole).toContain(`precision: int8 runs on the processor, not on ${absent}`)
})
