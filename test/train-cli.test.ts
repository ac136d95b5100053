import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLog } from '../src/run/index.ts'
import { stripedDataset } from './striped-dataset.ts'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rosette-train-cli-'))

/** Thirty steps, three an epoch, an averaged copy of the weights, random depth: whatever a resumed run could get wrong. */
const settings = [
  ['--preset', 'atto', '--seed', '3', '--batch', '8'],
  ['model.backbone=convnext_zepto_rms', 'image.widthPx=32', 'image.heightPx=32', 'chunk=8', 'epochs=10'],
  ['validateEvery=4', 'schedule.warmupEpochs=1', 'emaDecay=0.9', 'model.dropPath=0.1'],
].flatMap((values) => values.flatMap((value) => (value.includes('=') ? ['--set', value] : [value])))

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

function train(data: string, out: string, ...flags: readonly string[]): Running {
  const env = { ...process.env, ROSETTE_CACHE: join(folder, 'cache') }
  const child = spawn(process.execPath, [cli, 'train', '--data', data, '--out', out, '--threads', '1', ...flags], {
    env,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => (stdout += text))
  child.stderr.on('data', (text) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

const steps = (out: string) => readLog(join(out, 'log.jsonl')).filter(({ kind }) => kind === 'step').length

/** Sends a signal as soon as the log has this many steps. */
async function interrupted(
  { child, ended }: Running,
  out: string,
  after: number,
  signal: NodeJS.Signals,
): Promise<Ended> {
  const wait = setInterval(() => {
    if (steps(out) < after) return
    clearInterval(wait)
    child.kill(signal)
  }, 2)
  try {
    return await ended
  } finally {
    clearInterval(wait)
  }
}

/** The log without its times. */
const story = (out: string) => readLog(join(out, 'log.jsonl')).map((entry) => ({ ...entry, elapsedMs: 0 }))

function expectSameRun(out: string, expected: string): void {
  expect(story(out)).toEqual(story(expected))
  for (const name of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'model.onnx', 'metrics.json'])
    expect(readFileSync(join(out, name)).equals(readFileSync(join(expected, name))), name).toBe(true)
}

describe('rosette train', () => {
  let data = ''
  const whole = join(folder, 'whole')

  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
    data = await stripedDataset()
    const { code, stdout, stderr } = await train(data, whole, ...settings).ended
    expect(code, stderr).toBe(0)
    expect(stdout).toBe(`${whole}: trained; the model is ${join(whole, 'model.onnx')}\n`)
    expect(stderr).toMatch(/training: 30 steps of 8 photos; estimate: \d.* of memory, .* images\/s, about /)
    expect(stderr).toMatch(/epoch 4: validation rank-1 /)
    expect(steps(whole)).toBe(30)
  })
  afterAll(() => {
    for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
  })

  test('killed in its middle, it is resumed to the same bits', async () => {
    const out = join(folder, 'killed')
    const killed = await interrupted(train(data, out, ...settings), out, 5, 'SIGKILL')
    expect(killed.signal).toBe('SIGKILL')
    expect(steps(out)).toBeGreaterThanOrEqual(5)
    expect(steps(out)).toBeLessThan(30)
    const { code, stderr } = await train(data, out, '--resume').ended
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/training: 30 steps of 8 photos, going on after step \d+;/)
    expectSameRun(out, whole)
  })

  test('killed before its first checkpoint, it begins again when resumed; Ctrl-C saves, and says how to go on', async () => {
    const out = join(folder, 'stopped')
    const killed = await interrupted(train(data, out, ...settings), out, 1, 'SIGKILL')
    expect(killed.signal).toBe('SIGKILL')
    const stopped = await interrupted(train(data, out, '--resume'), out, 4, 'SIGINT')
    expect(stopped.code, stopped.stderr).toBe(130)
    expect(stopped.stderr).toContain('saving and ending; press Ctrl-C again to end at once')
    const saved = /: saved after step (\d+) of 30; go on with --resume\n$/.exec(stopped.stdout)
    expect(Number(saved?.[1])).toBe(steps(out))
    expect(existsSync(join(out, 'model.onnx'))).toBe(false)
    const { code, stderr } = await train(data, out, '--resume').ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`going on after step ${saved?.[1]}`)
    expectSameRun(out, whole)
  })

  test('mistakes of the caller end with 2, without a stack', async () => {
    const { code, stderr } = await train(data, join(folder, 'never'), '--set', 'epoch=3', '--set', 'clipNorm=-1').ended
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^rosette: config:\n {2}--set epoch: no such key; did you mean epochs\?\n {2}clipNorm: .*\n$/,
    )
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })
})
