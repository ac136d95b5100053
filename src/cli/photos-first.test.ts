import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let folder = ''
let run = ''

beforeAll(async () => {
  const kaggle = await tinyKaggle()
  folder = temporaryFolder()
  for (let i = 1; i <= 4; i++)
    copyFileSync(join(kaggle, 'train', 'train', `train_000${i}.png`), join(folder, `${i}.png`))
  writeFileSync(join(folder, 'broken.png'), 'no photo') // who decodes anything says so
  const gone = Array.from({ length: 30 }, (_, i) => `gone/${i}.png,Bento\n`).join('')
  const known = '1.png,Ana\n2.png,Ana\n3.png,Bento\n4.png,Bento\n'
  writeFileSync(join(folder, 'table.csv'), `filename,identity\nbroken.png,Ana\n${known}${gone}`)
  writeFileSync(join(folder, 'whole.csv'), `filename,identity\nbroken.png,Ana\n${known}`)
  run = tinyRun()
})

const table = () => join(folder, 'table.csv')
const model = () => ['--model', run]

test.each<readonly [string, () => readonly string[]]>([
  ['train', () => ['--data', table(), '--preset', 'demo', '--set', 'validation=none']],
  ['cv', () => ['--data', table(), '--by', 'stratified', '--folds', '2']],
  ['flanks', () => ['--data', table()]],
  ['embed', () => [...model(), '--data', table()]],
  ['evaluate', () => [...model(), '--data', table()]],
  ['evaluate --gallery', () => [...model(), '--data', join(folder, 'whole.csv'), '--gallery', table()]],
  ['gallery', () => [...model(), '--data', table()]],
  ['report', () => [...model(), '--data', table()]],
  ['calibrate', () => [...model(), '--data', table()]],
  ['tune', () => [...model(), '--data', table()]],
  ['cluster', () => [...model(), '--data', table(), '--threshold', '0.5']],
  ['cluster --labelled', () => [...model(), '--data', join(folder, 'whole.csv'), '--labelled', table()]],
  ['pseudo-label', () => [...model(), '--data', join(folder, 'whole.csv'), '--unlabelled', table()]],
  ['identify', () => [...model(), '--gallery', join(folder, 'whole.csv'), table()]],
  ['identify --gallery', () => [...model(), '--gallery', table(), join(folder, '1.png')]],
])(
  '%s tells the photos of a table that are not there before it opens a model or decodes a photo',
  async (command, args) => {
    const name = command.split(' ')[0]!
    const out = name === 'identify' ? [] : ['--out', join(folder, name === 'embed' ? 'e.npy' : `out.${name}`)]
    expect(await runProgram([name, ...args(), ...out], commands)).toBe(2)
    const told = output.stderr.slice(output.stderr.indexOf('rosette: '))
    expect(told).toContain(': 30 problems\n')
    expect(told).toContain(`table.csv row 7 'gone/0.png': ${join(folder, 'gone', '0.png')}: no such file\n`)
    expect(told).toContain('  … and 10 more\nhint: photos that cannot be read are left out with --skip-unreadable')
    expect(told).not.toContain('broken.png')
    expect(name === 'cv' || output.stderr.includes('columns filename=filename, identity=identity')).toBe(true)
    expect(output.stderr).not.toMatch(/weights: |opening |device: /)
  },
)

test('empty files are told beforehand in the same list, of folders and of photos that are asked about too', async () => {
  const path = (name: string) => join(folder, 'known', name)
  for (const [i, who] of ['Ana', 'Ana', 'Bento', 'Bento'].entries()) {
    mkdirSync(path(who), { recursive: true })
    copyFileSync(join(folder, `${i + 1}.png`), path(`${who}/${i + 1}.png`))
  }
  for (const name of ['Ana/0.png', 'Bento/0.png']) writeFileSync(path(name), '')
  writeFileSync(path('Ana/broken.png'), 'no photo') // who decodes anything says so
  const known = join(folder, 'known')
  const embed = ['embed', ...model(), '--data', known, '--out', join(folder, 'known.npy')]
  expect(await runProgram(embed, commands)).toBe(2)
  expect(output.stderr).toContain(
    `${known}: 2 problems\n  Ana/0.png: the file is empty (0 bytes)\n  Bento/0.png: the file is empty (0 bytes)\nhint: photos that cannot be read are left out with --skip-unreadable`,
  )
  const asked = [path('Ana/0.png'), path('Ana/broken.png')]
  expect(await runProgram(['identify', ...model(), '--gallery', join(folder, 'whole.csv'), ...asked], commands)).toBe(2)
  expect(output.stderr).toContain(`1 problem\n  ${asked[0]}: the file is empty (0 bytes)\n`)
  expect(output.stderr).not.toContain('broken.png')
  expect(await runProgram([...embed, '--skip-unreadable'], commands)).toBe(0)
  expect(output.stderr).toContain('warning: skipped Ana/0.png: the file is empty (0 bytes)\n')
  expect(output.stdout).toContain('float32 [4, ')
})

test('with --skip-unreadable they are left out, each with the words of today', async () => {
  const args = ['embed', ...model(), '--data', table(), '--out', join(folder, 'left.npy'), '--skip-unreadable']
  expect(await runProgram(args, commands)).toBe(0)
  expect(output.stderr).toContain('warning: skipped gone/0.png: no such file\n')
  expect(output.stdout).toContain('float32 [4, ')
})

test('photos of a split that is not scored may be anywhere', async () => {
  const parts = '1.png,Ana,test\n2.png,Ana,test\n3.png,Bento,test\n4.png,Bento,test\ngone.png,Bento,train\n'
  writeFileSync(join(folder, 'split.csv'), `filename,identity,split\n${parts}`)
  const args = (split: readonly string[]) => [
    'evaluate',
    ...model(),
    '--data',
    join(folder, 'split.csv'),
    '--out',
    join(folder, `s${split.length}.json`),
    ...split,
  ]
  expect(await runProgram(args([]), commands)).toBe(0)
  expect(await runProgram(args(['--split', 'all']), commands)).toBe(2)
  expect(output.stderr).toContain("split.csv row 6 'gone.png'")
})

test('split tells which photos it could not hold against others', async () => {
  const args = ['split', '--data', table(), '--kind', 'burst', '--out', join(folder, 'split-of.csv')]
  await runProgram(args, commands)
  expect(output.stderr).toContain('warning: 30 photos are not there and were not compared: gone/0.png, gone/1.png')
})

test('a name that no file can have is told with its row, and not as one that is written', async () => {
  const long = `${'x'.repeat(300)}.png`
  writeFileSync(join(folder, 'long.csv'), `filename,identity\n1.png,Ana\n${long},Ana\n`)
  const args = ['embed', ...model(), '--data', join(folder, 'long.csv'), '--out', join(folder, 'named.npy')]
  expect(await runProgram(args, commands)).toBe(2)
  expect(output.stderr).toContain(
    `long.csv row 3 '${long}': ${join(folder, long)}: cannot be read: the name is too long`,
  )
  expect(output.stderr).toContain('\nhint: no file of this system can have such a name')
  expect(output.stderr).not.toContain('while it is written')
  expect(await runProgram([...args, '--skip-unreadable'], commands)).toBe(0)
})
