import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ComparedRun, compareHtml } from '../src/report/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { clusterData } from './report-fixture.ts'
import { expectQuiet } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-compare-page-'))
let browser: Browser
let url = ''

beforeAll(async () => {
  browser = await launchBrowser()
  const { curves, identities } = clusterData({ identities: 5, photosEach: 3 })
  const runs = ['runs/jaguars-arcface-224', 'runs/jaguars-cosface-224'].map(
    (name, k): ComparedRun => ({
      name,
      config: { loss: { kind: name, marginRad: 0.2 + k / 10 } },
      curves,
      measured: {
        split: 'validation',
        dataHash: 'same',
        excludeSame: 'encounter',
        gallery: null,
        flipAveraging: true,
        photos: 15,
        queries: 15,
        rank1: 0.5,
        map: 0.5,
        identityBalancedMap: 0.5,
        minp: 0.5,
        perIdentity: identities.map((identity, i) => ({ identity, photos: 3, ap: (i + k) / 6 })),
      },
    }),
  )
  const path = join(folder, 'comparison.html')
  writeFileSync(path, compareHtml(runs))
  url = pathToFileURL(path).href
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a comparison fits a phone: wide tables scroll by themselves, the page does not sideways', async () => {
  const viewport = { width: 390, height: 844 }
  const opened = await openFile(browser, url, { viewport, hasTouch: true, isMobile: true })
  const { page } = opened
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  expect(await page.getByRole('main').count()).toBe(1)
  expect(await page.getByRole('main').getByRole('heading', { level: 1 }).innerText()).toBe('2 runs')
  const widths = await page.evaluate<[number, number]>(`(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(
    document.querySelector('.wide'))`)
  expect(widths[0]).toBeGreaterThan(widths[1])
  for (const chart of await page.locator('svg.chart').all())
    expect((await chart.boundingBox())!.width).toBeLessThanOrEqual(390)
  expectQuiet(opened)
})
