import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scanLog } from '../src/run/log.ts'
import { stripedDataset } from './striped-dataset.ts'
import { type Running, settings, start, trainCommand } from './train-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-run-lock-'))
let data = ''

beforeAll(async () => {
  data = await stripedDataset()
})
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const steps = (out: string) => scanLog(join(out, 'log.jsonl')).entries.filter(({ kind }) => kind === 'step').length

function train(out: string, ...flags: readonly string[]): Running {
  const env = { ...process.env, ROSETTE_CACHE: join(folder, 'cache') }
  return start(trainCommand(data, out, ...flags), { env })
}

async function hasSteps(out: string, count: number): Promise<void> {
  while (steps(out) < count) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a run that a process writes is told by that process to every other one, until it is killed', async () => {
  const out = join(folder, 'run')
  const first = train(out, ...settings, '--set', 'epochs=400')
  await hasSteps(out, 4)
  first.child.kill('SIGSTOP') // it lives, and says nothing
  const [resumed, replaced] = await Promise.all([
    train(out, '--resume').ended,
    train(out, ...settings, '--overwrite').ended,
  ])
  for (const { code, stderr } of [resumed, replaced]) {
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(`rosette: ${out}: the run is in use by process ${first.child.pid}\n`)
  }
  const before = steps(out)
  expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ epochs: 400 })
  first.child.kill('SIGKILL')
  await first.ended
  expect(existsSync(join(out, 'run.lock'))).toBe(true)
  const second = train(out, '--resume')
  await hasSteps(out, before + 2)
  second.child.kill('SIGINT')
  expect((await second.ended).code).toBe(130)
  expect(existsSync(join(out, 'run.lock'))).toBe(false)
  const log = readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n')
  const numbers = log.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step')
  expect(numbers.map(({ step }) => step)).toEqual(numbers.map((_, i) => i + 1))

  const lost = log.findIndex((line) => JSON.parse(line).step === 2)
  writeFileSync(join(out, 'log.jsonl'), `${log.with(lost, '\0'.repeat(60)).join('\n')}\n`)
  const third = train(out, '--resume')
  await hasSteps(out, numbers.length + 1)
  third.child.kill('SIGINT')
  const { stderr } = await third.ended
  expect(stderr).toContain(`log.jsonl: line ${lost + 1}: holds zeros`)
  expect(stderr).toContain('log.jsonl: has lost step 2; the run goes on from step ')
})
