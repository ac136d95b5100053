import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import type { TrainConfig } from '../run/index.ts'
import type { Device } from '../runtime/index.ts'
import { precisionOn } from './precision.ts'

const from = (weights: string | null, precision: TrainConfig['precision'] = 'auto') => ({ precision, weights })

test('auto is float16 with CUDA from pretrained weights, and float32 elsewhere', async () => {
  const on = (device: Device, weights: string | null, halves: boolean) =>
    precisionOn(device, from(weights), async () => halves)
  expect(await on('cuda', 'timm', true)).toBe('fp16')
  expect(await on('cuda', 'timm', false)).toBe('fp32')
  expect(await on('cuda', null, true)).toBe('fp32')
  expect(await on('webgpu', 'timm', true)).toBe('fp32')
  expect(await on('cpu', 'timm', true)).toBe('fp32')
})

test('what is asked for stays', async () => {
  for (const precision of ['fp32', 'fp16', 'int8'] as const)
    expect(await precisionOn('cpu', from(null, precision))).toBe(precision)
})

test('a device without float16 is an error for who asks for it; whole numbers are of the processor', async () => {
  const absent = process.platform === 'win32' ? 'coreml' : 'directml'
  const [half, whole] = await Promise.all([
    rejection(precisionOn(absent, from(null, 'fp16'))),
    rejection(precisionOn(absent, from(null, 'int8'))),
  ])
  expect(half).toContain(`precision: ${absent} does not compute in float16 here`)
  expect(whole).toContain(`precision: int8 runs on the processor, not on ${absent}`)
})
