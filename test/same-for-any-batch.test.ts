import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { synthesise } from '../src/synth/index.ts'
import { folderWith } from './dataset-fixture.ts'
import { tinyRun } from './model-fixture.ts'
import { cli, start } from './train-process.ts'

let data = ''
let run = ''

beforeAll(async () => {
  run = tinyRun()
  data = join(folderWith({}), 'drawn')
  const size = { widthPx: 240, heightPx: 160 }
  await synthesise({ out: data, identities: 3, photosPerIdentity: 2, testPhotosPerIdentity: 2, seed: 5, ...size })
})

/** What a command writes and says, with a cache of its own: nothing is looked up that another batch has found. */
async function rosette(args: readonly string[], batch: number, threads: number): Promise<string> {
  const env = { ...process.env, ROSETTE_CACHE: folderWith({}) }
  const numbers = ['--batch', `${batch}`, '--threads', `${threads}`]
  const how = ['--model', run, '--match', 'fused', '--matcher', 'sift,coat', ...numbers]
  const { code, stdout, stderr } = await start([process.execPath, cli, ...args, ...how], { env }).ended
  expect(code, stderr).toBe(0)
  return stdout
}

test('identify --match fused answers the same for any batch and any number of threads', async () => {
  const photos = join(data, 'test', 'test')
  const ask = (batch: number, threads: number) =>
    rosette(['identify', '--gallery', data, '--json', photos], batch, threads)
  const one = await ask(1, 1)
  const answers = JSON.parse(one) as { candidates: { places: number }[] }[]
  const places = answers.flatMap(({ candidates }) => candidates.map((candidate) => candidate.places))
  expect(Math.max(...places)).toBeGreaterThan(20) // places decide, and are compared
  expect(await ask(4, 2)).toBe(one)
})

test('submit --match fused writes the same for any batch and any number of threads', async () => {
  const submit = async (batch: number, threads: number) => {
    const out = join(folderWith({}), 'submission.csv')
    await rosette(['submit', '--data', data, '--out', out], batch, threads)
    return readFileSync(out, 'utf8')
  }
  const one = await submit(1, 1)
  const scores = one.trim().split('\n').slice(1)
  expect(new Set(scores.map((line) => line.split(',')[1])).size).toBeGreaterThan(5)
  expect(await submit(4, 2)).toBe(one)
})
