import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type Bright, brightnessSegmenter, brightPhoto } from '../../test/locator-fixture.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
const rosette = (...args: string[]) => runProgram(args, commands)
const threads = ['--threads', '1']

/** A face of three spots: the same animal, wherever on the photo it is. */
const animal = (x: number, y: number, spots: readonly (readonly [number, number])[]): Bright[] => [
  [x, y, 24, 24, 190],
  ...spots.map(([left, top]): Bright => [x + left, y + top, 6, 6, 255]),
]

let folder = ''
let onnx = ''
beforeAll(async () => {
  vi.stubEnv('ROSETTE_CACHE', folderWith({}))
  const coats = { Abril: [[2, 2]], Bento: [[14, 3]] } as const
  const corners = [
    [2, 2],
    [36, 2],
    [2, 22],
    [36, 22],
  ] as const
  const photos = Object.entries(coats).flatMap(([who, spots]) =>
    corners.map(async ([x, y], i) => [`${who}-${i}.png`, await brightPhoto(64, 48, ...animal(x, y, spots))] as const),
  )
  const rows = Object.keys(coats).flatMap((who) => corners.map((_, i) => `${who}-${i}.png,${who}`))
  folder = folderWith({
    ...Object.fromEntries(await Promise.all(photos)),
    'table.csv': `filename,identity\n${rows.join('\n')}\n`,
  })
  onnx = brightnessSegmenter({ output: { margin: 0 } })
})

const found = 'note: drawn: animals found in 8 of 8 photos\n'

test('audit looks at the animals: photos that differ by where it stands are the same picture', async () => {
  const out = join(folderWith({}), 'audit.json')
  expect(await rosette('audit', '--data', join(folder, 'table.csv'), '--out', out, '--locate', onnx)).toBe(0)
  expect(JSON.parse(readFileSync(out, 'utf8')).counts['near duplicate']).toBe(12) // every two photos of each of the two
  expect(output.stderr).toContain(found)
})

test('split keeps photos together whose animals look alike; the table stays as it was, and is read with the same network', async () => {
  const out = join(folder, 'split.csv')
  const split = ['split', '--data', join(folder, 'table.csv'), '--kind', 'burst', '--out', out, '--overwrite']
  expect(await rosette(...split, '--locate', onnx)).toBe(2) // each animal is one burst, and none can validate
  expect(output.stderr).toContain(found)
  expect(output.stderr).toContain('no two individuals were seen in two bursts')
  const byLot = ['split', '--data', join(folder, 'table.csv'), '--kind', 'stratified', '--out', out, '--overwrite']
  expect(await rosette(...byLot, '--locate', onnx)).toBe(0)
  expect(output.stderr).toContain(`read it back with --data ${out} --locate ${onnx}\n`)
  expect(await rosette(...byLot, '--locate', onnx, '--confidence', '0.3')).toBe(0)
  expect(output.stderr).toContain(`read it back with --data ${out} --locate ${onnx} --confidence 0.3\n`)
  expect(readFileSync(out, 'utf8').split('\n').slice(0, 2)).toEqual([
    'filename,identity,split',
    expect.stringMatching(/^Abril-0\.png,Abril,(train|validation)$/),
  ])
})

test('what says how animals are found is refused where no network finds any', async () => {
  const out = join(folderWith({}), 'out')
  const data = ['--data', join(folder, 'table.csv'), '--out', out]
  const model = ['--model', tinyRun()]
  const calls = [
    ['train', ...data, '--animals', 'foo'],
    ['cv', ...data, '--animals', 'foo'],
    ['split', ...data, '--animals', 'all', '--locate', 'none'],
    ['flanks', ...data, '--animals', 'foo'],
    ['gallery', ...data, ...model, '--animals', 'foo', '--locate-config', 'isnet'],
  ]
  const alone = [
    ['gallery', ...data, ...model, '--locate-config', 'isnet'],
    ['gallery', ...data, ...model, '--confidence', '0.5'],
    ['train', ...data, '--confidence', '0.5'],
    ['split', ...data, '--locate', 'none', '--confidence', '0.5'],
  ]
  for (const args of [...calls, ...alone]) {
    output.stderr = ''
    expect(await rosette(...args)).toBe(2)
    const flag = ['--animals', '--confidence'].find((one) => args.includes(one)) ?? '--locate-config'
    expect(output.stderr).toContain(`${flag}: no network finds animals on these photos`)
  }
  expect(existsSync(out)).toBe(false)
})

test('cv plans its folds by the animals that were found, trains on them, and scores them', async () => {
  const out = join(folderWith({}), 'cv')
  const small = ['weights=null', 'model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'epochs=1']
  const settings = [
    '--preset',
    'atto',
    '--batch',
    '4',
    ...threads,
    ...[...small, 'chunk=4'].flatMap((one) => ['--set', one]),
  ]
  const data = ['--data', join(folder, 'table.csv'), '--folds', '2', '--by', 'stratified']
  expect(await rosette('cv', ...data, '--out', out, ...settings, '--locate', onnx)).toBe(0)
  expect(output.stderr).toContain(found.slice('note: '.length))
  const { folds, reading } = JSON.parse(readFileSync(join(out, 'folds.json'), 'utf8'))
  expect(reading).toMatchObject({ locate: onnx })
  const keys: string[] = [...folds[0].train, ...folds[0].validation]
  expect(keys.map((key) => JSON.parse(key).slice(3))).toEqual(keys.map(() => [24, 24])) // a box of the animal's size
  const run = JSON.parse(readFileSync(join(out, 'fold-1', 'split.json'), 'utf8'))
  expect([...run.validation].sort()).toEqual(folds[0].validation)
  expect(readFileSync(join(out, 'out-of-fold.csv'), 'utf8').split('\n')[1]).toMatch(/\.png,\w+,,\d+,\d+,24,24,1,/)
})
