import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder, timmNetwork, tinyGeometry } from '../../test/model-fixture.ts'
import { modelCard } from './model-card.ts'

const sha256 = 'ab'.repeat(32)

/** A run that learned from photos of Abril in a folder with a name. */
function run(weights: unknown, loaded: unknown): string {
  const folder = temporaryFolder()
  const write = (file: string, value: unknown) => writeFileSync(join(folder, file), JSON.stringify(value))
  write('config.json', { weights, validation: 'identities', model: { gemP: 3 } })
  write('run.json', {
    rosette: '0.1.0',
    seed: 7,
    data: '/secret/jaguars',
    dataHash: 'd4ta',
    splitHash: 'sp1it',
    identities: ['Abril'],
    photos: { train: 120, validation: 30, skipped: 0 },
    weights: loaded,
  })
  write('split.json', { train: ['Abril_1.jpg'], validation: [] })
  write('metrics.json', { split: 'validation', rank1: 0.91234, map: 0.5, minp: null, photos: 30, trainedIdentities: 9 })
  return folder
}

const model = { name: 'pantanal', network: timmNetwork, geometry: tinyGeometry, checkpoint: 'best' } as const
const fromTimm = () => run('timm/convnext_small.dinov3_lvd1689m', { file: 'model.safetensors', sha256 })

test('weights of another owner are named as they are', () => {
  const card = modelCard(run('somebody/jaguars.v1', { file: 'model.safetensors', sha256 }), model)
  expect(card).toContain('base_model: somebody/jaguars.v1\n')
})

test('the card says what was learned from, how well it does, and whose weights it started from', () => {
  const card = modelCard(fromTimm(), model)
  expect(card.split('---')[1]).toBe(`
library_name: timm
pipeline_tag: image-feature-extraction
tags: [timm, image-feature-extraction, re-identification]
base_model: timm/convnext_small.dinov3_lvd1689m
license: other
license_name: dinov3-license
`)
  for (const line of [
    '# pantanal',
    "| backbone | timm's `convnext_zepto_rms` |",
    '| embedding | 24 |',
    `| started from | \`timm/convnext_small.dinov3_lvd1689m\`, SHA-256 ${sha256} |`,
    '| licence of those weights | dinov3-license |',
    '| photos learned from | 120 |',
    '| individuals learned from | 9 |',
    '| hash of the data | d4ta |',
    '| hash of the split | sp1it |',
    '| seed | 7 |',
    'On the 30 photos set aside (validation):',
    '| rank1 | 0.9123 |',
    '| map | 0.5000 |',
    '| height × width | 32 × 32 px |',
    '| resize | letterbox |',
    '| mean | 0.485, 0.456, 0.406 |',
  ])
    expect(card.split('\n')).toContain(line)
  expect(card).not.toContain('minp')
})

test('the card names no photo, no individual and no path', () => {
  const cards = [modelCard(fromTimm(), model), modelCard(run('/secret/own.pth', { file: 'own.pth', sha256 }), model)]
  for (const card of cards) expect(card).not.toMatch(/Abril|secret|jpg/)
  expect(cards[1]).toContain(
    `| started from | the file own.pth, SHA-256 ${sha256} |\n| licence of those weights | not known |`,
  )
  expect(cards[1]).not.toContain('license')
})

test('weights that were not to be had are not claimed, nor the best checkpoint’s scores by another', () => {
  const card = modelCard(run('convnext_small.fb_in1k', null), { ...model, checkpoint: 'last' })
  expect(card).toContain('| started from | random numbers |')
  expect(card).not.toMatch(/fb_in1k|licen|rank1|Scores/)
})
