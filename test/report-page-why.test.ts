import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageHtml } from '../src/report/index.ts'
import { unexplained } from '../src/web/unexplained.ts'
import { launchBrowser, openFile } from './browser.ts'
import { clusterData, madeUpExplanation, noisePicture } from './report-fixture.ts'
import { expectQuiet } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-report-why-'))
const plain = clusterData({ identities: 12, photosEach: 6, dim: 8, spread: 1.1 })
const explained = plain.neighbours[3]!.photos[0]!
const doubtful = plain.neighbours[8]!.photos[0]!
const believed = madeUpExplanation(3, explained)
const chance = { cells: 1, lost: 0.01, lostAtRandom: 0.02, deviation: 0.01 }
const data = { ...plain, explanations: [believed, { ...madeUpExplanation(8, doubtful), deletion: chance }] }
let browser: Browser
let small = ''

beforeAll(async () => {
  browser = await launchBrowser()
  const pictures = await Promise.all(data.photos.map((_, i) => noisePicture(i)))
  const views = data.explanations.map(({ query, match }) => [pictures[query]!.uri, pictures[match]!.uri] as const)
  const path = join(folder, 'small.html')
  writeFileSync(path, pageHtml(data, pictures, views))
  small = pathToFileURL(path).href
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a match that the report explains shows why', async () => {
  const opened = await openFile(browser, small)
  const { page } = opened
  await page.click('#tab-photos')
  await page.getByLabel('Explained matches').selectOption('0')
  const dialog = page.locator('dialog')
  expect(await dialog.locator('.why').isHidden()).toBe(true)
  expect(await dialog.locator('.pane svg').first().isHidden()).toBe(true)
  await page.getByRole('button', { name: 'Why this match?' }).click()
  const sides = dialog.locator('.pane svg')
  expect(await dialog.locator('.pane img').first().isHidden()).toBe(true)
  expect(await sides.locator('text').allTextContents()).toEqual(['1', '2', '1', '2'])
  expect(await dialog.locator('.why').innerText()).toContain(
    "Covering the query's hottest cell lowers it by 0.500; covering 1 random cell, by 0.150 ± 0.060.",
  )
  expect(await sides.locator('image').evaluateAll((items) => items.map((item) => item.getAttribute('href')))).toEqual([
    (await noisePicture(3)).uri,
    (await noisePicture(explained)).uri,
  ])
  const cell = sides.last().locator('rect').first()
  const before = (await cell.boundingBox())!
  await page.getByRole('button', { name: 'Nearer' }).click()
  expect((await cell.boundingBox())!.width).toBeCloseTo(1.4 * before.width, 0)
  await page.getByRole('button', { name: 'Why this match?' }).click()
  expect(await dialog.locator('.pane img').last().isVisible()).toBe(true)
  expect(await sides.last().isHidden()).toBe(true)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('button', { name: 'Why this match?' }).click()
  const [outer, footer] = [(await dialog.boundingBox())!, (await dialog.locator('footer').boundingBox())!]
  expect(footer.y + footer.height).toBeLessThanOrEqual(outer.y + outer.height)
  await page.keyboard.press('Escape')
  await page.locator('#neighbours .photo').nth(1).click()
  expect(await page.getByRole('button', { name: 'Why this match?' }).count()).toBe(0)
  expect(await dialog.innerText()).toContain('Not explained: this report explains 2 matches')
  await page.keyboard.press('Escape')
  await page.getByLabel('Explained matches').selectOption('1')
  const warning = dialog.locator('.doubt')
  expect(await warning.isHidden()).toBe(true)
  await page.getByRole('button', { name: 'Why this match?' }).click()
  expect(await warning.innerText()).toBe('No more than chance: do not read this heat.')
  expect(await dialog.locator('.why').innerText()).not.toMatch(/orange|blue/i)
  expect(await dialog.locator('.why').innerText()).toContain('Grey: cells that the network sees most in.')
  expect((await warning.boundingBox())!.y).toBeLessThan((await dialog.locator('.pane').first().boundingBox())!.y)
  expect(
    new Set(await sides.locator('rect').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('class')))),
  ).toEqual(new Set(['grey']))
  expectQuiet(opened)
})

test('a pair says why nothing explains it', () => {
  const several = 'Not explained: several networks work as one here; a report of one of them explains matches.'
  expect(unexplained({ ...plain, explainable: false })).toContain(several)
  expect(unexplained(plain)).toContain('Not explained: this report was made without explanations.')
  expect(unexplained({ ...data, explanations: [believed] })).toContain('this report explains 1 match,')
  expect(unexplained({ ...data, shared: true })).toContain('Not explained: a shared report shows no photos.')
})
