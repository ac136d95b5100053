import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readLog } from '../src/run/index.ts'

export const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** Thirty steps, three an epoch, an averaged copy of the weights, random depth: whatever a resumed run could get wrong. */
export const settings: readonly string[] = [
  ['--preset', 'atto', '--seed', '3', '--batch', '8'],
  [
    'model.backbone=convnext_micro',
    'image.widthPx=32',
    'image.heightPx=32',
    'chunk=8',
    'epochs=10',
    'validation=stratified',
  ],
  ['validateEvery=4', 'schedule.warmupEpochs=1', 'emaDecay=0.9', 'model.dropPath=0.1'],
].flatMap((values) => values.flatMap((value) => (value.includes('=') ? ['--set', value] : [value])))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** The command line that trains, on one thread. */
export function trainCommand(data: string, out: string, ...flags: readonly string[]): readonly string[] {
  return [process.execPath, cli, 'train', '--data', data, '--out', out, '--threads', '1', ...flags]
}

export function start([file, ...args]: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(file!, args, options)
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (text) => (stdout += text))
  child.stderr?.on('data', (text) => (stderr += text))
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

export const steps = (out: string) => readLog(join(out, 'log.jsonl')).filter(({ kind }) => kind === 'step').length

/** Does something as soon as the log has this many steps, and waits for the end. */
export async function interrupted({ ended }: Running, out: string, after: number, then: () => void): Promise<Ended> {
  const wait = setInterval(() => {
    if (steps(out) < after) return
    clearInterval(wait)
    then()
  }, 2)
  try {
    return await ended
  } finally {
    clearInterval(wait)
  }
}

/** The log without its times. */
const story = (out: string) => readLog(join(out, 'log.jsonl')).map((entry) => ({ ...entry, elapsedMs: 0 }))

export function expectSameRun(out: string, expected: string): void {
  expect(story(out)).toEqual(story(expected))
  for (const name of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'model.onnx', 'metrics.json'])
    expect(readFileSync(join(out, name)).equals(readFileSync(join(expected, name))), name).toBe(true)
}
