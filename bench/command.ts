import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Chance } from './by-chance.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs `rosette` as a user does; what it says goes to nobody, but for its complaints. */
export async function rosette(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  await rosetteText(args, env)
}

/** The same, and gives what it says. */
export function rosetteText(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const [said, complaints]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(said).toString())
      reject(new Error(`rosette ${args.join(' ')}: exit ${code}\n${Buffer.concat(complaints)}`))
    })
  })
}

/**
 * The demo's settings until it began from pretrained weights, as changes of the preset: a miniature network from random weights. Rows of that time
 * and later ones are of the same training.
 */
export const fromRandomWeights: readonly string[] = [
  ...['weights=null', 'epochs=36', 'chunk=32', 'image.widthPx=96', 'image.heightPx=96'],
  ...['loss.kind=arcface', 'loss.marginRad=0.5', 'loss.scale=16', 'optimiser.learningRate=2e-3'],
  ...['schedule.warmupEpochs=2', 'schedule.marginWarmupEpochs=24'],
]

export interface Scores {
  readonly photos: number
  readonly rank1: number
  readonly map: number
  readonly identityBalancedMap: number
}

/** What a metrics.json of rosette tells. */
export interface MeasuredScores extends Scores {
  readonly chance: Chance
}

/** Scores a run on the test photos of a dataset that `rosette synth` wrote; `out` gets the metrics. Null averages as the model says. */
export async function scoresOnTest(
  run: string,
  data: string,
  {
    tta = 'flip',
    out,
    flags = [],
  }: { readonly tta?: string | null; readonly out: string; readonly flags?: readonly string[] },
): Promise<MeasuredScores> {
  const photos = ['--data', join(data, 'test_identities.csv'), '--images', join(data, 'test', 'test')]
  await rosette([
    'evaluate',
    '--model',
    run,
    ...photos,
    ...(tta === null ? [] : ['--tta', tta]),
    '--out',
    out,
    '--overwrite',
    ...flags,
  ])
  return JSON.parse(readFileSync(out, 'utf8')) as MeasuredScores
}

/** The three numbers as a table of results has them. */
export function scoreCells({ rank1, map, identityBalancedMap }: Scores): string[] {
  return [rank1, map, identityBalancedMap].map((value) => value.toFixed(4))
}

export const today = () => new Date().toISOString().slice(0, 10)
