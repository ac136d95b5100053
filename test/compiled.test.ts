import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun } from './model-fixture.ts'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
/** The model lives in a worker thread only there: Node 20 loads no TypeScript into one. */
const skip = !existsSync(cli) // not built: `npm run build`

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function rosette(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test.skipIf(skip)('the compiled program embeds in a worker, ends by itself, and passes errors on', async () => {
  const [data, run, out] = [await tinyKaggle(), tinyRun(), temporaryFolder()]
  const path = join(out, 'metrics.json')
  const good = await rosette('evaluate', '--model', run, '--data', data, '--out', path)
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ rank1: 1, queries: 12, split: 'all' })
  const bad = await rosette('evaluate', '--model', run, '--checkpoint', 'last', '--data', data, '--out', `${path}2`)
  expect(bad.code).toBe(2)
  expect(bad.stderr).toBe(`rosette: ${run}: no 'last' checkpoint\nhint: there is 'best': --checkpoint best\n`)
})

test.skipIf(skip)('an error of the system in the worker is no bug: exit 2', async () => {
  const [run, out] = [tinyRun(), temporaryFolder()]
  rmSync(join(run, 'model.json'))
  mkdirSync(join(run, 'model.json')) // a folder, which cannot be read as a file
  const args = ['--data', await tinyKaggle(), '--out', join(out, 'metrics.json')]
  const { code, stderr } = await rosette('evaluate', '--model', run, ...args)
  expect([code, stderr]).toEqual([2, 'rosette: EISDIR: illegal operation on a directory, read\n'])
})

test.skipIf(skip)('stopped by a signal it tidies up', async () => {
  const [data, run, out] = [await tinyKaggle(), tinyRun(), temporaryFolder()]
  const child = spawn(process.execPath, [
    cli,
    'embed',
    '--model',
    run,
    '--data',
    data,
    '--out',
    join(out, 'e.npy'),
    '--batch',
    '1',
  ])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += String(text)
  })
  const started = setInterval(() => {
    if (readdirSync(out).length > 0) {
      clearInterval(started)
      child.kill('SIGINT')
    }
  }, 1)
  const code = await new Promise((resolve) => child.on('exit', resolve))
  clearInterval(started)
  // A machine may have finished before the signal came; it never leaves a half.
  if (code === 0) expect(readdirSync(out).sort()).toEqual(['e.csv', 'e.npy'])
  else expect([code, stderr, readdirSync(out)]).toEqual([130, 'rosette: stopped; nothing was written\n', []])
})
