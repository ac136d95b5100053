import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
let run = ''
let stderr = ''

beforeAll(async () => {
  data = await tinyKaggle() // photos of 40 × 30
  run = tinyRun()
})
beforeEach(() => {
  stderr = ''
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

const rosette = (...args: string[]) => runProgram(args, commands)

test('every command that leaves out unreadable photos has a limit of pixels', () => {
  const options = commands.map((make) => make()).map((command) => command.options.map(({ long }) => long))
  const reading = options.filter((names) => names.includes('--skip-unreadable'))
  expect(reading).toHaveLength(16)
  for (const names of reading) expect(names).toContain('--limit-pixels')
})

test('every command that takes photos takes a network that finds the animal first', () => {
  const lacking = commands
    .map((make) => make())
    .filter(({ options }) => options.some(({ long }) => long === '--skip-unreadable'))
    .filter(({ options }) => !options.some(({ long }) => long === '--locate'))
  expect(lacking.map((command) => command.name())).toEqual(['locate']) // whose --model it is
})

test('photos of more pixels than the limit: an error with the number that allows them, and the way on without', async () => {
  const csv = [
    '--data',
    join(data, 'identities.csv'),
    '--images',
    join(data, 'test', 'test'),
    '--columns',
    'identity=who',
  ]
  const out = temporaryFolder()
  const one = ['--threads', '1', '--limit-pixels']
  const calls: readonly string[][] = [
    ['embed', '--model', run, ...csv, '--out', join(out, 'e.npy')],
    ['evaluate', '--model', run, ...csv, '--out', join(out, 'm.json')],
    ['report', '--model', run, ...csv, '--out', join(out, 'report')],
    ['submit', '--model', run, '--data', data, '--out', join(out, 's.csv')],
    ['identify', '--model', run, '--gallery', data, join(data, 'test', 'test', 'test_0001.png')],
    ['train', '--data', data, '--out', join(out, 'run'), '--preset', 'atto'],
  ]
  for (const call of calls) {
    stderr = ''
    expect(await rosette(...call, ...one, '1199'), call[0]).toBe(2)
    expect(stderr, call[0]).toContain('more than 1199 pixels, which is the limit')
    expect(stderr, call[0]).toContain('\nhint: photos that cannot be read are left out with --skip-unreadable\n')
    expect(stderr, call[0]).toContain('\nhint: it has 40 × 30: allow them with --limit-pixels 1200\n')
  }
  expect(await rosette(...calls[0]!, ...one, '1200')).toBe(0)
  expect(await rosette(...calls[0]!, ...one, '2000000000')).toBe(2)
  expect(stderr).toContain('Expected a whole number from 1 to 1000000000.')
})

test('numbers beyond sense are refused: more threads than any machine has, a batch that no memory holds', async () => {
  const call = ['embed', '--model', run, '--data', data, '--out', join(temporaryFolder(), 'e.npy')]
  for (const [flag, most] of [
    ['--threads', 1024],
    ['--batch', 65536],
  ] as const) {
    stderr = ''
    expect(await rosette(...call, flag, '99999')).toBe(2)
    expect(stderr).toContain(`Expected a whole number from 1 to ${most}.`)
  }
})
