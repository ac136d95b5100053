import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import type { EvaluationReport } from '../identify/index.ts'
import { evaluateRetrieval, scoresOfQueries, statisticsOf } from '../retrieval/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'
import { protocolText } from './protocol-table.ts'

let [data, frozen, run, out] = ['', '', '', '']
const output = captureOutput()

beforeAll(async () => {
  data = await tinyKaggle()
  const names = openDataset(data).photos.map(({ filename }) => filename)
  frozen = tinyRun()
  run = tinyRun({ train: names.slice(0, 6), validation: names.slice(6) })
  out = temporaryFolder()
})

function evaluate(...args: string[]): Promise<number> {
  return runProgram(['evaluate', '--data', data, '--threads', '1', ...args], commands)
}

const report = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as EvaluationReport

test('--protocols all: one model under all of them in one table, and in metrics.json', async () => {
  const path = join(out, 'protocols.json')
  expect(await evaluate('--model', run, '--split', 'validation', '--protocols', 'all', '--out', path)).toBe(0)
  const { protocols, queries } = report(path)
  // two photos of each of three individuals were set aside, two of each were trained on; each photo has an encounter of its own
  expect(protocols).toMatchObject({
    allPhotos: { queries: 6, photos: 6, rank1: 1 },
    otherEncounters: { queries, photos: 6 },
    queriesAgainstGallery: { queries: 6, photos: 6, gallery: 'the 6 other photos', rank1: 1 },
    knownAndNew: null, // a third of three is one: too few
    gap: { queries: 6, identities: 3, rank1: { a: 1, b: 1, difference: 0, p: 1 } },
  })
  expect(protocols!.queriesAgainstGallery!.chance.rank1).toBeCloseTo(1 / 3, 12)
  expect(output.stdout).toContain(
    'NO GAP  Leaving out photos of the same encounter changes neither the identity-balanced mAP nor rank-1,\n        1.000 and 1.000, on the same 6 queries of 3 individuals.',
  )
  expect(output.stdout).not.toContain('THE GAP')
  const sure = String.raw`1\.000 \(1\.000 to 1\.000; 0\.\d{3}\)`
  for (const name of [
    'each photo against all others',
    'the same, the queries of the next row',
    'against the 6 other photos',
  ])
    expect(output.stdout).toMatch(new RegExp(`^${name} +6 +${sure} +${sure} +–$`, 'm'))
  expect(output.stdout).toContain('in brackets: the 95 % interval over individuals, and chance')
  expect(output.stdout).toContain('known and new individuals: too few individuals to hold some out')
})

test('--match: each protocol is ranked by places of the coat among the photos that it has', async () => {
  const path = join(out, 'places.json')
  const places = ['--model', frozen, '--match', 'local']
  expect(await evaluate(...places, '--protocols', 'all', '--out', path)).toBe(0)
  const { protocols, protocol, rank1, map } = report(path)
  expect(protocol).toBe('each photo against other encounters; by matched places of the coat alone (RootSIFT)')
  expect(protocols!.otherEncounters).toMatchObject({ rank1, map })
  const all = join(out, 'all-places.json')
  expect(await evaluate(...places, '--exclude-same', 'nothing', '--out', all)).toBe(0)
  expect(protocols!.allPhotos).toMatchObject({ rank1: report(all).rank1, map: report(all).map })
  const cosines = join(out, 'cosines.json')
  expect(await evaluate('--model', frozen, '--protocols', 'all', '--out', cosines)).toBe(0)
  expect(report(cosines).protocols!.allPhotos!.map).not.toBe(protocols!.allPhotos!.map)
})

test('without it there are none', async () => {
  const path = join(out, 'plain.json')
  expect(await evaluate('--model', run, '--split', 'validation', '--out', path)).toBe(0)
  expect(report(path).protocols).toBeNull()
  expect(report(path).clustering).toMatchObject({ numberKnown: { ami: 1 }, identities: 3 })
  expect(output.stdout).not.toContain(' GAP')
})

test('--split-of: another model on the photos that a run set aside', async () => {
  const path = join(out, 'frozen.json')
  expect(await evaluate('--model', frozen, '--split-of', run, '--out', path)).toBe(0)
  const told = report(path)
  expect(told).toMatchObject({ split: 'validation', queries: 6 })
  const own = join(out, 'own.json')
  expect(await evaluate('--model', run, '--split', 'validation', '--out', own)).toBe(0)
  expect(told.perQuery.map(({ query }) => query)).toEqual(report(own).perQuery.map(({ query }) => query))
  expect(output.stdout).toContain(`the validation photos, 6 of 3 individuals (set by ${run}`)
})

test('--split-of: photos that the measured run was trained on are told', async () => {
  const validation = openDataset(data).photos.map(({ filename }) => filename)
  const other = tinyRun({ train: validation.slice(6), validation: validation.slice(0, 6) })
  const path = join(out, 'other.json')
  output.stderr = ''
  expect(await evaluate('--model', other, '--split-of', run, '--out', path)).toBe(0)
  expect(output.stderr).toContain(`${other} was TRAINED on 6 of the 6 photos that are scored`)
  expect(report(path).trainedOn).toBe(6)
})

test('--split-of: a folder that is no run, or data that are not its own, are refused', async () => {
  output.stderr = ''
  expect(await evaluate('--model', run, '--split-of', data, '--out', join(out, 'x.json'))).toBe(2)
  expect(output.stderr).toContain(`--split-of: ${data} is no run folder`)
  const stranger = tinyRun({ train: ['a.png'], validation: ['b.png'] })
  expect(await evaluate('--model', run, '--split-of', stranger, '--out', join(out, 'x.json'))).toBe(2)
  expect(output.stderr).toContain('none of the photos that')
})

test('the gap is how far the scores fall', () => {
  const score = (a: number, b: number) => ({
    ...{ a, b, difference: b - a, interval: [-0.3, -0.1] as const, p: 0.01 },
    ...{ chanceA: 0.1, chanceB: 0.1 },
  })
  const embeddings = { count: 4, dim: 2, data: Float32Array.of(1, 0, 1, 0.1, 0, 1, 0.1, 1) }
  const { perQuery } = evaluateRetrieval({ embeddings, identities: ['Ana', 'Ana', 'Bia', 'Bia'] })
  const leftIn = { ...scoresOfQueries(perQuery), ...statisticsOf(perQuery) }
  const gap = { identityBalancedMap: score(0.5, 0.25), rank1: score(0.75, 0.5), queries: 20, identities: 1, leftIn }
  const none = { allPhotos: null, otherEncounters: null, queriesAgainstGallery: null, knownAndNew: null }
  const words = (one: typeof gap) =>
    protocolText({ ...none, gap: one })
      .split('\n')
      .slice(0, 3)
      .join(' ')
      .replace(/ +/g, ' ')
  expect(words(gap)).toBe(
    'THE GAP Without photos of the same encounter the identity-balanced mAP falls from 0.500 to 0.250, and rank-1 falls from 0.750 to 0.500, on the same 20 queries of 1 individual (mAP: −0.250, 95 % interval −0.300 to −0.100). Expect the lower numbers on new sightings.',
  )
  expect(words({ ...gap, rank1: score(0.5, 0.5) })).toContain('to 0.250, and rank-1 stays at 0.500, on the same 20')
})

test('known and new individuals are a row of the same table, and their limit stands below', () => {
  const rates = { auroc: 0.526, baks: 0.026, baus: 0.367, geometricMean: 0.098 }
  const knownAndNew = {
    ...{ ...rates, knownIdentities: 40, newIdentities: 20, knownQueries: 170, newQueries: 89, threshold: 0.71 },
    chance: { auroc: 0.5, baks: 0.003, baus: 0.7, geometricMean: 0.04 },
    intervals: { auroc: [0.436, 0.608], baks: [0, 0.06], baus: [0.3, 0.4], geometricMean: [0, 0.2] } as const,
  }
  const none = { allPhotos: null, otherEncounters: null, queriesAgainstGallery: null, gap: null }
  const text = protocolText({ ...none, knownAndNew })
  expect(text).toMatch(/^queries against a gallery +– +– +– +–$/m)
  expect(text).toMatch(/^known and new individuals +259 +– +– +0\.526 \(0\.436 to 0\.608; 0\.500\)$/m)
  expect(text).toContain(
    '(the best here: 0.710): known ones named rightly (BAKS) 0.026 (0.000 to 0.060; 0.003), new ones',
  )
})
