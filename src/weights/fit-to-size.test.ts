import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { Rng } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { backboneOf, resamplePositions } from '../models/index.ts'
import { initialise, Scope } from '../nn/index.ts'
import { encodeSafetensors, float32, type Tensor, zeros } from '../tensor/index.ts'
import { fitToSize } from './fit-to-size.ts'
import { loadBackbone } from './load-backbone.ts'

const backbone = backboneOf('vit_mini_patch8')
const size = { heightPx: 32, widthPx: 40 }

function paramsAt(heightPx: number, widthPx: number) {
  const scope = Scope.root('inference')
  backbone.features(scope.child('backbone'), input('x', [1, heightPx, widthPx, 3]))
  return scope.params().map(({ spec }) => spec)
}

/** A file of weights for photos of 24 × 24, with a classifier. */
function weights(changes: Readonly<Record<string, Tensor>> = {}) {
  const rng = new Rng('weights')
  const tensors = Object.fromEntries(
    paramsAt(24, 24).map(({ name, shape, init }) => [
      name.slice('backbone.'.length),
      initialise(shape, init, rng.fork(name)),
    ]),
  )
  const all: Record<string, Tensor> = {
    ...tensors,
    'head.weight': float32([2, 64], new Array(128).fill(1)),
    ...changes,
  }
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-fit-')), 'w.safetensors')
  writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(all))))
  return { path, tensors: all }
}

const options = { adapt: fitToSize(backbone, size), leftOut: backbone.leftOut }

test('positions learned at another size are resampled; all else is the file’s', async () => {
  const { path, tensors } = weights()
  const loaded = await loadBackbone(path, paramsAt(32, 40), options)
  const expected = resamplePositions(tensors.pos_embed!, { from: [3, 3], to: [4, 5], prefix: 1 })
  expect(loaded.tensors.get('backbone.pos_embed')).toEqual(expected)
  expect(loaded.tensors.get('backbone.blocks.1.attn.qkv.weight')!.data).toEqual(
    tensors['blocks.1.attn.qkv.weight']!.data,
  )
  expect(loaded.leftOut).toEqual(['head.weight'])
})

test('of as many patches in another grid they are resampled too', async () => {
  const { path, tensors } = weights()
  const strip = { heightPx: 8, widthPx: 72 }
  const from = { heightPx: 24, widthPx: 24 }
  const adapt = fitToSize(backbone, strip, from)
  const loaded = await loadBackbone(path, paramsAt(8, 72), { ...options, adapt })
  const expected = resamplePositions(tensors.pos_embed!, { from: [3, 3], to: [1, 9], prefix: 1 })
  expect(loaded.tensors.get('backbone.pos_embed')).toEqual(expected)
})

test('what fits no size is told as it is in the file', async () => {
  const odd = { pos_embed: float32([1, 8, 64], new Array(8 * 64).fill(0)), 'norm.bias': float32([3], [1, 2, 3]) }
  const message = await rejection(loadBackbone(weights(odd).path, paramsAt(32, 40), options))
  expect(message).toContain('pos_embed  expected [1,21,64], got [1,8,64]')
  expect(message).toContain('norm.bias  expected [64], got [3]')
})

test.each([[[1, 10]], [[1, 1, 64]], [[3, 10, 64]], [[1, 10, 32]]])(
  'positions that are none are not resampled: %j',
  async (shape) => {
    const { path } = weights({ pos_embed: zeros('float32', shape) })
    const message = await rejection(loadBackbone(path, paramsAt(32, 40), options))
    expect(message).toMatch(/^InputError/)
    expect(message).toContain(`pos_embed  expected [1,21,64], got [${shape}]`)
  },
)
