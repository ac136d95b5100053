import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { writeSealedJson } from '../base/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let out = ''
beforeEach(() => {
  out = temporaryFolder()
})

/** A metrics.json of another program: nothing but its queries. */
function foreign(name: string, ap: (i: number) => number, first = 0): string {
  const perQuery = Array.from({ length: 20 }, (_, i) => i + first).map((i) => ({
    query: `photo ${i}.jpg`,
    identity: `animal ${i % 5}`,
    ap: ap(i),
    rank: ap(i) > 0.5 ? 1 : 2,
  }))
  const path = join(out, name)
  writeFileSync(path, JSON.stringify({ perQuery }))
  return path
}

const compare = (...args: string[]) => runProgram(['compare', ...args, '--out', join(out, 'page.html')], commands)

test('two foreign files: their scores are computed, and the paired test is told and in the page', async () => {
  const [a, b] = [foreign('a.json', (i) => 0.2 + (i % 5) / 10), foreign('b.json', (i) => 0.4 + (i % 5) / 10)]
  expect(await compare(a, b)).toBe(0)
  expect(output.stdout).toContain(
    `${b} (second) against ${a} (first): 20 queries of 5 individuals in common. By mean AP 5 individuals are found better, 0 worse. These individuals are so few that the intervals are too narrow.`,
  )
  expect(output.stdout).toMatch(/identity-balanced mAP +0\.400 +0\.600 +– +\+0\.200 +\+0\.200 to \+0\.200 +0\.001/)
  expect(output.stdout).toMatch(/rank-1 +0\.200 +0\.600 +– +\+0\.400/)
  const page = readFileSync(join(out, 'page.html'), 'utf8')
  expect(page).toContain('<td>20</td>')
  expect(page).toContain('+0.2000 to +0.2000')
  expect(page).not.toContain('do not compare')
  for (const file of [a, b]) {
    const silent = `${file} does not tell what a random order reaches (chance), nor each query's positives and gallery`
    expect(output.stderr).toContain(`note: ${silent}`)
    expect(page).toContain(`<p>${silent.replaceAll("'", '&#39;')}.</p>`)
  }
})

test('chance stands beside the scores: of the galleries that queries tell of, else as the file tells it', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), foreign('b.json', () => 0.4)]
  const change = (path: string, what: (told: { perQuery: object[] }) => object) =>
    writeFileSync(path, JSON.stringify(what(JSON.parse(readFileSync(path, 'utf8')))))
  // one photo of the individual among four: rank-1 ¼ by chance, AP (1 + 1/2 + 1/3 + 1/4) / 4
  change(a, (told) => ({ perQuery: told.perQuery.map((query) => ({ ...query, positives: 1, gallery: 4 })) }))
  const intervals = { identity: { scores: { map: [0.3, 0.5] } } }
  change(b, (told) => ({ ...told, map: 0.4, chance: { map: 0.125, rank1: 0.25 }, intervals }))
  expect(await compare(a, b)).toBe(0)
  expect(output.stdout).toMatch(/\nmAP +0\.500 +0\.400 +0\.521, 0\.125 +−0\.100/)
  expect(output.stdout).toMatch(/\nrank-1 +0\.000 +0\.000 +0\.250 +\+0\.000/)
  expect(output.stdout).toMatch(/\nidentity-balanced mAP +0\.500 +0\.400 +0\.521, – /)
  expect(output.stderr).not.toContain('does not tell')
  const page = readFileSync(join(out, 'page.html'), 'utf8')
  expect(page).toContain('<td>0.5000 (by chance 0.5208)</td>')
  expect(page).toContain('<td>0.4000 (0.3000 to 0.5000; by chance 0.1250)</td>')
  // what a file tells of all its queries is not that of the part that both have
  change(b, (told) => ({ ...told, perQuery: told.perQuery.slice(2) }))
  change(a, (told) => ({ perQuery: told.perQuery.slice(0, 18) }))
  output.stdout = ''
  expect(await compare(a, b, '--overwrite')).toBe(0)
  expect(output.stdout).toMatch(/\nmAP +0\.500 +0\.400 +0\.521, – /)
})

test('a digit that was changed in a metrics.json of rosette is told', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), foreign('b.json', () => 0.4)]
  writeSealedJson(b, JSON.parse(readFileSync(b, 'utf8')) as object)
  expect(await compare(a, b)).toBe(0)
  writeFileSync(b, readFileSync(b, 'utf8').replace('"ap": 0.4', '"ap": 0.9'))
  expect(await compare(a, b, '--overwrite')).toBe(2)
  expect(output.stderr).toContain(`${b}: sha256: does not fit what the file says: it was edited or damaged`)
})

test('only common queries are compared, and how many there are is told', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), foreign('b.json', () => 0.4, 8)]
  expect(await compare(a, b)).toBe(0)
  expect(output.stdout).toContain(
    '12 queries of 5 individuals in common; 8 queries of the first and 8 of the second have no counterpart',
  )
})

test('other queries are no pair, and that is told', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), foreign('b.json', () => 0.4, 100)]
  expect(await compare(a, b)).toBe(0)
  expect(output.stderr).toContain('no paired test: the two models have no query in common')
})

test('a file with neither scores nor queries is refused by name', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), join(out, 'b.json')]
  writeFileSync(b, '{"split": "test"}')
  expect(await compare(a, b)).toBe(2)
  expect(output.stderr).toContain(`${b}: expected rank1, map and identityBalancedMap, or perQuery with ap and rank`)
  writeFileSync(b, JSON.stringify({ perQuery: [{ query: 'x', identity: 'y', ap: 1.5, rank: 1 }] }))
  expect(await compare(a, b)).toBe(2)
  expect(output.stderr).toMatch(/b\.json: .*perQuery.*ap/)
})

test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
  ['AP beyond its rank', { ap: 1, rank: 7 }, {}, 'query x.jpg: AP 1 contradicts rank 7 of the first right photo'],
  [
    'AP below its rank',
    { ap: 0.3, rank: 1, positives: 2 },
    {},
    'with 2 right photos in the gallery it is 0.500 or more',
  ],
  [
    'AP of one right photo',
    { ap: 0.5, rank: 4, positives: 1 },
    {},
    'AP 0.5 contradicts rank 4 of the first right photo',
  ],
  [
    'a rank beyond the gallery',
    { ap: 0.1, rank: 30 },
    { photos: 20 },
    'rank 30 of the first right photo and 1 of them do not fit a gallery of 20',
  ],
  ['more queries than are listed', {}, { queries: 9 }, 'queries is 9, but perQuery lists 2'],
  ['a mean that its queries do not have', {}, { map: 0.9 }, 'map (mAP) is 0.9, but its queries give 0.3500'],
  ['a rank-1 that its queries do not have', {}, { rank1: 1 }, 'rank1 (rank-1) is 1, but its queries give 0.0000'],
  [
    'an individual that its queries do not have',
    {},
    { perIdentity: [{ identity: 'A', photos: 3, ap: 0.9 }] },
    'perIdentity has AP 0.9 for A, but its queries give 0.5000',
  ],
])('a file that contradicts itself is refused: %s', async (_, query, file, words) => {
  const perQuery = [
    { query: 'x.jpg', identity: 'A', ap: 0.5, rank: 2, ...query },
    { query: 'y.jpg', identity: 'B', ap: 0.2, rank: 5 },
  ]
  const [a, b] = [foreign('a.json', () => 0.5), join(out, 'b.json')]
  writeFileSync(b, JSON.stringify({ perQuery, ...file }))
  expect(await compare(a, b)).toBe(2)
  expect(output.stderr).toContain(`${b}: `)
  expect(output.stderr).toContain(words)
})

test('scores that were rounded are no contradiction', async () => {
  const [a, b] = [foreign('a.json', () => 0.5), join(out, 'b.json')]
  const perQuery = [1, 2, 3].map((i) => ({ query: `photo ${i}.jpg`, identity: `animal ${i % 5}`, ap: 0.33, rank: 3 }))
  writeFileSync(b, JSON.stringify({ perQuery, map: 0.333, rank1: 0, queries: 3, photos: 12 }))
  expect(await compare(a, b)).toBe(0)
})

test('a model beside itself, and the folder of a cross-validation, are told', async () => {
  const a = foreign('a.json', () => 0.5)
  expect(await compare(a, join(out, '.', 'a.json'))).toBe(0)
  expect(output.stderr).toContain('a.json is named twice: a model is no better and no worse than itself')
  writeFileSync(join(out, 'folds.json'), '{}')
  expect(await compare(a, out, '--overwrite')).toBe(2)
  expect(output.stderr).toContain(`${out}: is a cross-validation that has not finished`)
  writeFileSync(join(out, 'cv.json'), '{"overall":{"map":0.5}}')
  expect(await compare(a, out, '--overwrite')).toBe(2)
  expect(output.stderr).toContain(
    'cv.json: does not say how each query did\nhint: it was written by an earlier rosette',
  )
})
