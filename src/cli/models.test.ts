import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { modelsCommand } from './models.ts'
import { runProgram } from './program.ts'

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(console, 'log').mockImplementation((text) => void (out += String(text)))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

const run = (...args: string[]) => runProgram(['models', ...args], [modelsCommand])

test('a row a backbone', async () => {
  expect(await run()).toBe(0)
  const row = out.split('\n').find((line) => line.startsWith('convnext_small '))!
  expect(row.split(/\s+/)).toEqual(['convnext_small', '49.5', '224', '768', '8.71', 'in12k_ft_in1k', 'apache-2.0'])
  expect(out).toMatch(/^convnext_micro .* none$/m)
})

test('the weights of one', async () => {
  expect(await run('convnextv2_base')).toBe(0)
  const lines = out.split('\n').map((line) => line.split(/\s+/).slice(0, 4))
  expect(lines[2]).toEqual(['convnextv2_base.fcmae_ft_in22k_in1k_384', '384', 'imagenet', 'cc-by-nc-4.0'])
  out = ''
  expect(await run('convnext_micro')).toBe(0)
  expect(out).toBe('convnext_micro: no pretrained weights')
})

test('weights by their whole name', async () => {
  expect(await run('timm/convnext_atto.d2_in1k')).toBe(0)
  expect(out).toContain('convnext_atto.d2_in1k')
  expect(await run('convnext_atto.typo')).toBe(2)
  expect(err).toContain("rosette: models: no weights 'typo' are offered for convnext_atto\n")
})

test('as JSON', async () => {
  expect(await run('convnext_atto', '--json')).toBe(0)
  expect(JSON.parse(out)).toMatchObject([
    { name: 'convnext_atto', parameters: 3374520, width: 320, weights: [{ tag: 'd2_in1k', inputPx: 224 }] },
  ])
})

test('a name that is not known', async () => {
  expect(await run('convnext_bas')).toBe(2)
  expect(err).toBe("rosette: models: 'convnext_bas' is not known\nhint: did you mean convnext_base?\n")
})
