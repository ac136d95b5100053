import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun } from './model-fixture.ts'

const cli = join(import.meta.dirname, '..', 'dist', 'cli.js')
const folder = temporaryFolder()

let [data, run] = ['', '']
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  data = await tinyKaggle()
  run = tinyRun()
})

/** Runs a command whose outputs nobody reads: their other ends are closed before it says a word. */
function unread(args: readonly string[], closed: readonly ('stdout' | 'stderr')[]) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ROSETTE_CACHE: join(folder, 'cache') },
  })
  for (const name of closed) child[name].destroy()
  let said = ''
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (text) => (said += text))
  return new Promise<{ readonly code: unknown; readonly said: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? signal, said }))
  })
}

const out = (name: string) => ['--out', join(folder, name), '--overwrite']
const photo = () => join(data, 'test', 'test', 'test_0001.png')

/** What each does, and a file that it is to have written whole. */
const commands: readonly (readonly [string, () => readonly string[], string | undefined])[] = [
  ['--help', () => [], undefined],
  ['models', () => [], undefined],
  ['weights', () => ['list'], undefined],
  ['synth', () => [...out('drawn'), '--identities', '2', '--photos', '2'], 'drawn/test_identities.csv'],
  ['embed', () => ['--model', run, '--data', data, ...out('e.npy')], 'e.csv'],
  ['evaluate', () => ['--model', run, '--data', data, ...out('metrics.json')], 'metrics.json'],
  ['gallery', () => ['--model', run, '--data', data, ...out('gallery')], 'gallery/gallery.json'],
  [
    'identify',
    () => ['--model', run, '--gallery', data, photo(), '--csv', join(folder, 'who.csv'), '--overwrite'],
    'who.csv',
  ],
  ['submit', () => ['--model', run, '--data', data, ...out('submission.csv')], 'submission.csv'],
  ['export', () => ['--model', run, ...out('exported')], 'exported/model.json'],
]

describe.skipIf(process.platform === 'win32')('what nobody reads', () => {
  test.each(commands)('rosette %s works to its end with its exit code', async (name, args, written) => {
    // with both closed it says nothing that could be looked at: those that load no engine show it
    for (const closed of written === undefined
      ? ([['stdout'], ['stdout', 'stderr']] as const)
      : [['stdout'] as const]) {
      const { code, said } = await unread([name, ...args()], closed)
      expect(code, said).toBe(0)
      expect(said).not.toMatch(/\n\s+at |EPIPE|this is a bug/)
      if (written !== undefined) expect(readFileSync(join(folder, written)).length).toBeGreaterThan(20)
    }
  })

  test('an error keeps its exit code', async () => {
    expect(await unread(['identify', '--model', run, '--gallery', 'absent', photo()], ['stdout', 'stderr'])).toEqual({
      code: 2,
      said: '',
    })
  })
})
