import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageHtml } from '../src/report/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { clusterData, clusterReport } from './report-fixture.ts'
import { expectQuiet } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-report-header-'))
const shape = { identities: 12, photosEach: 6, dim: 8, spread: 1.1 } as const
const { embeddings, photos } = clusterReport(shape)
const [own, copy] = [4, 40] // one file, labelled as two individuals
const vectors = embeddings.data.slice()
vectors.copyWithin(copy * embeddings.dim, own * embeddings.dim, (own + 1) * embeddings.dim)
const data = clusterData(shape, {
  embeddings: { ...embeddings, data: vectors },
  contentHashes: photos.map((_, i) => `${i === copy ? own : i}`),
  skipped: [{ photo: photos[0]!, reason: 'not an image' }],
  unidentified: 3,
  learned: 10,
  excludeSame: 'encounter',
})
let browser: Browser
let url = ''

beforeAll(async () => {
  browser = await launchBrowser()
  const path = join(folder, 'report.html')
  writeFileSync(path, pageHtml(data, []))
  url = pathToFileURL(path).href
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the header says what was scored, against what, and what was left out', async () => {
  const opened = await openFile(browser, url)
  const words = await opened.page.locator('header.top').innerText()
  expect(words).toContain('made-up embeddings · clusters, validation photos (made up): 72 photos of 12 individuals.')
  expect(words).toContain('Scored: 72 queries of 12 individuals, each photo against other encounters.')
  expect(words).toContain(
    'Left out: the photo itself; photos of the same individual and encounter (36 pairs); 3 photos of nobody known; 1 photo that could not be read.',
  )
  expect(words).toContain('The run was TRAINED on 10 of the 72 photos that are scored: that flatters it.')
  expect(words).toContain(
    '2 photos are the same file as another one: that flatters every model, and under two names makes the nearest photo wrong.',
  )
  const { chance, intervals } = data.scoring
  const [low, high] = intervals.identity!.scores.identityBalancedMap
  expect(await opened.page.locator('.headline dd.beside').first().innerText()).toBe(
    `${low.toFixed(2)} to ${high.toFixed(2)} · by chance ${chance.identityBalancedMap.toFixed(2)}`,
  )
  expect(await opened.page.locator('#intervals').innerText()).toContain('95 % interval, over the 12 individuals')
  const { rank1, identityBalancedMap, queries, chance: within, intervals: spread } = data.scoring.withinEncounter!
  const told = (name: 'rank1' | 'identityBalancedMap') =>
    `${spread![name].map((end) => end.toFixed(3)).join(' to ')}; by chance ${within[name].toFixed(3)}`
  expect(identityBalancedMap).not.toBe(data.metrics.identityBalancedMap)
  expect(await opened.page.locator('#beside').innerText()).toBe(
    `With photos of the same encounter left in, which flatters every model: rank-1 ${rank1.toFixed(3)} (${told('rank1')}), identity-balanced mAP ${identityBalancedMap.toFixed(3)} (${told('identityBalancedMap')}), over the ${queries} queries that this lets find somebody.`,
  )
  expectQuiet(opened)
})

test('a file under two names is marked as the same file, not as a mistake like others', async () => {
  const opened = await openFile(browser, `${url}#photo=${encodeURIComponent(data.photos[own]!.file)}`)
  const { page } = opened
  const nearest = page.locator('#neighbours .photo').first()
  expect(await nearest.getAttribute('data-photo')).toBe(String(copy))
  expect(await nearest.innerText()).toMatch(/\n=\n1\. 1\.0000\n/)
  expect(await nearest.innerText()).toContain('the same file')
  expect(await nearest.getAttribute('class')).toBe('photo is-same-file')
  expect(await page.locator('#mistake-place').innerText()).toContain('; the same file stands under two individuals')
  await nearest.click()
  expect(await page.locator('dialog header').innerText()).toContain(
    '= the same file, labelled as two individuals: one label may be wrong',
  )
  expect(opened.complaints).toEqual([])
})
