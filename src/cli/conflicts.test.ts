import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let folder = ''
let table = ''
let run = ''
let stderr = ''

beforeAll(async () => {
  const kaggle = await tinyKaggle()
  folder = temporaryFolder()
  for (let i = 1; i <= 3; i++)
    copyFileSync(join(kaggle, 'train', 'train', `train_000${i}.png`), join(folder, `${i}.png`))
  writeFileSync(join(folder, 'broken.png'), 'no photo') // who decodes anything says so
  table = join(folder, 'known.csv')
  writeFileSync(
    table,
    'filename,identity\nbroken.png,Ana\n1.png,Ana\n2.png,Bento\n3.png,Bento\n1.png,Bento\nx.png,Ana\n',
  )
  run = tinyRun()
})
beforeEach(() => {
  stderr = ''
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

const model = () => ['--model', run]
const asked = () => join(folder, '3.png')

test.each<readonly [string, () => readonly string[]]>([
  ['train', () => ['--data', table, '--preset', 'demo']],
  ['cv', () => ['--data', table]],
  ['split', () => ['--data', table]],
  ['audit', () => ['--data', table]],
  ['flanks', () => ['--data', table]],
  ['embed', () => [...model(), '--data', table]],
  ['evaluate', () => [...model(), '--data', table]],
  ['evaluate --gallery', () => [...model(), '--data', table, '--gallery', table]],
  ['gallery', () => [...model(), '--data', table]],
  ['report', () => [...model(), '--data', table]],
  ['calibrate', () => [...model(), '--data', table]],
  ['tune', () => [...model(), '--data', table]],
  ['cluster', () => [...model(), '--data', table, '--threshold', '0.5']],
  ['pseudo-label', () => [...model(), '--data', table, '--unlabelled', asked()]],
  ['identify --gallery', () => [...model(), '--gallery', table, '--csv', join(folder, 'a.csv'), asked()]],
  ['identify', () => [...model(), '--gallery', folder, '--csv', join(folder, 'a.csv'), table]],
])('%s tells a conflict of the table before it decodes a photo', async (command, args) => {
  const name = command.split(' ')[0]!
  const out = name === 'identify' ? [] : ['--out', join(folder, name === 'embed' ? 'e.npy' : `out.${name}`)]
  expect(await runProgram([name, ...args(), ...out], commands)).toBe(2)
  const told = stderr.slice(stderr.indexOf('rosette: '))
  expect(told).toContain("known.csv row 6 '1.png': one file with two identities, 'Bento' here and 'Ana' in row 3\n")
  expect(told).not.toContain('broken.png')
  expect(stderr).not.toMatch(/weights: |opening /)
})

test('what is told of the columns, and files that are not there, stand beside the conflict', async () => {
  const args = ['embed', ...model(), '--data', table, '--out', join(folder, 'e.npy')]
  expect(await runProgram(args, commands)).toBe(2)
  expect(stderr.split('\n')).toEqual([
    'data: known.csv: columns filename=filename, identity=identity; 6 photos of 2 individuals',
    `rosette: ${table}: 2 problems`,
    "  known.csv row 6 '1.png': one file with two identities, 'Bento' here and 'Ana' in row 3",
    `  known.csv row 7 'x.png': ${join(folder, 'x.png')}: no such file`,
    'hint: photos that cannot be read are left out with --skip-unreadable',
    '',
  ])
  stderr = ''
  expect(await runProgram([...args, '--skip-unreadable'], commands)).toBe(2)
  expect(stderr).toContain(`rosette: ${table}: 1 problem\n`)
})

test('calibrate says that individuals are too few before it decodes a photo', async () => {
  const few = join(folder, 'few.csv')
  writeFileSync(few, 'filename,identity\n1.png,Ana\n2.png,Ana\n3.png,Bento\nbroken.png,Cy\n')
  expect(await runProgram(['calibrate', ...model(), '--data', few, '--out', join(folder, 'c.json')], commands)).toBe(2)
  expect(stderr).toContain(
    'rosette: calibration: 1 individual has a photo and another one to be found by, expected 2 at least\nhint: photos of more',
  )
  expect(stderr).not.toContain('broken.png')
})
