import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { runProgram } from '../src/cli/program.ts'
import { readRunData } from '../src/run/index.ts'
import { type TrainCallOptions, train } from '../src/train/index.ts'
import { captureOutput } from './captured-output.ts'
import { stripedDataset } from './striped-dataset.ts'

const output = captureOutput()
const folder = mkdtempSync(join(tmpdir(), 'rosette-train-encounters-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
const set = [
  'model.backbone=convnext_micro',
  'model.embeddingSize=null',
  'image.widthPx=32',
  'image.heightPx=32',
  'epochs=1',
  'batchSize=4',
  'chunk=4',
]
let striped = ''
let table = ''

/** Three individuals in four sightings of two photos; the second photo of a sighting is the first one once more. */
beforeAll(async () => {
  striped = await stripedDataset({ identities: 3, photos: 8 })
  const rows = ['filename,identity,encounter']
  for (const name of readdirSync(striped))
    for (let i = 0; i < 8; i++) {
      const sighting = Math.floor(i / 2)
      copyFileSync(join(striped, name, `${name}-${2 * sighting}.png`), join(striped, name, `again-${i}.png`))
      rows.push(`${name}/again-${i}.png,${name},${name} ${sighting}`)
    }
  table = join(striped, 'table.csv')
  writeFileSync(table, `${rows.join('\n')}\n`)
})
afterAll(() => {
  for (const path of [folder, striped]) rmSync(path, { recursive: true, force: true })
})

async function trained(name: string, options: Partial<TrainCallOptions> = {}) {
  const told: string[] = []
  const onEvent: TrainCallOptions['onEvent'] = (event) => {
    if (event.kind === 'note' || event.kind === 'warning') told.push(event.text)
  }
  const out = join(folder, name)
  await train({ data: table, out, preset: 'atto', set, inThread: true, threads: 1, onEvent, ...options })
  const json = (file: string) => JSON.parse(readFileSync(join(out, file), 'utf8')) as Record<string, unknown>
  return { told, json, out, data: readRunData(out) }
}

test('a run is split by encounter where those are known, says so, and is measured across encounters', async () => {
  const { told, json, data } = await trained('by-encounter')
  expect(json('config.json')).toMatchObject({ validation: 'encounter' })
  expect(json('metrics.json')).toMatchObject({
    excludeSame: 'encounter',
    protocol: 'each photo against other encounters',
    photos: 12,
    queries: 12,
  })
  expect(told).toContain(
    'split by encounter: 12 photos of 3 individuals in 6 encounters train, 12 of 3 in 6 validate: 50 %, more than the 20 % of validationFraction, as the individuals have few encounters',
  )
  expect(data.leakage).toMatchObject({ pairs: 0, photos: 0, encounters: 0, train: 12, validation: 12, radius: 11 })
  expect(told.join('\n')).not.toContain('flatters')
})

test('a split by lot is warned of with its numbers, and one by burst keeps what is alike together', async () => {
  const { told, json, data } = await trained('by-lot', { set: [...set, 'validation=stratified'] })
  expect(json('metrics.json')).toMatchObject({
    excludeSame: null,
    protocol: 'each photo against all others, those of its own encounter among them',
  })
  expect(data.leakage!.pairs).toBeGreaterThan(0)
  expect(data.leakage!.nearest[0]).toMatchObject({ bits: 0, sameIdentity: true })
  expect(told.join('\n')).toMatch(/within 11 bits of each other.*: the score flatters; validation=burst keeps/)
  const burst = await trained('by-burst', { set: [...set, 'validation=burst'] })
  expect(burst.json('config.json')).toMatchObject({ validation: 'burst' })
  expect(burst.data.leakage).toMatchObject({ pairs: 0 })
})

test('with two sightings of each the score is of one sighting, which is said, and the run’s own photos find nobody: in plain words, with what to do', async () => {
  const two = join(striped, 'two.csv')
  const rows = readFileSync(table, 'utf8').trim().split('\n')
  writeFileSync(two, `${rows.map((row) => row.replace(/ [12]$/, ' 0')).join('\n')}\n`)
  const { told, json, out } = await trained('two-sightings', { data: two })
  expect(json('metrics.json')).toMatchObject({
    excludeSame: null,
    protocol: 'each photo against all others, where those of its individual are of its own encounter',
  })
  expect(told.join('\n')).toContain('set aside was seen there in one encounter only: its photos find each other by')
  for (const command of [['evaluate', '--out', join(folder, 'scores.json')], ['calibrate'], ['tune'], ['report']]) {
    output.stderr = ''
    expect(await runProgram([command[0]!, '--model', out, ...command.slice(1)], commands)).toBe(2)
    expect(output.stderr).toMatch(
      /two\.csv: nobody can be found: each individual of the \d+ photos to score \(validation\)/,
    )
    expect(output.stderr).toMatch(
      /--gallery \S+two\.csv`? holds them against photos of other encounters; --split all scores/,
    )
  }
  const against = ['evaluate', '--model', out, '--gallery', two, '--out', join(folder, 'scores.json')]
  expect(await runProgram(against, commands)).toBe(0)
  expect(output.stdout).toMatch(/^scored +queries against a gallery, other encounters$/m)
})
