import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { median } from '../src/base/index.ts'
import { pageHtml } from '../src/report/index.ts'
import type { Place } from '../src/web/points.ts'
import { launchBrowser, openFile, type WatchedPage } from './browser.ts'
import { largeData, noisePicture } from './report-fixture.ts'
import { expectQuiet, placesOnScreen } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-report-size-'))
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, html: string): string {
  const path = join(folder, `${name}.html`)
  writeFileSync(path, html)
  return pathToFileURL(path).href
}

describe('size', () => {
  /** Median script time of 60 steps: each is drawn by the processor, in ten times as long. */
  async function medianStep({ page, steps }: WatchedPage, step: (k: number) => Promise<void>): Promise<number> {
    await steps()
    for (let k = 0; k < 66; k++) await step(k)
    await page.waitForTimeout(100)
    const measured = await steps()
    expect(measured.length).toBeGreaterThanOrEqual(60)
    return median(measured.slice(0, 60))
  }

  async function hoverAndPan(
    opened: WatchedPage,
    canvas: string,
  ): Promise<{ readonly hover: number; readonly pan: number }> {
    const { page } = opened
    const box = (await page.locator(canvas).last().boundingBox())!
    const at = (k: number): Place => [
      box.x + box.width * (0.5 + 0.35 * Math.sin(k / 9)),
      box.y + box.height * (0.5 + 0.35 * Math.cos(k / 7)),
    ]
    const frame = () => page.evaluate('new Promise((done) => setTimeout(done, 0))')
    const follow = async (k: number) => {
      await page.mouse.move(...at(k))
      await frame()
    }
    const hover = await medianStep(opened, follow)
    await page.mouse.move(...at(0))
    await page.mouse.down()
    const pan = await medianStep(opened, follow)
    await page.mouse.up()
    return { hover, pan }
  }

  test('5,000 points: a hover or pan step is at most 8 ms of script', async () => {
    const opened = await openFile(browser, write('5000', pageHtml(largeData({ photos: 5000, rows: 371 }), [])))
    const times = await hoverAndPan(opened, '#panel-map canvas')
    console.log(`map of 5,000: ${JSON.stringify(times)}`)
    expect(times.hover).toBeLessThanOrEqual(8)
    expect(times.pan).toBeLessThanOrEqual(8)
    expectQuiet(opened)
    await opened.page.close()
  })

  test.each([371, 2000])('a heat map of %i rows: the same', async (rows) => {
    const opened = await openFile(browser, write(`heat${rows}`, pageHtml(largeData({ photos: rows, rows }), [])))
    await opened.page.click('#tab-heat')
    const times = await hoverAndPan(opened, '#panel-heat .layers canvas')
    console.log(`heat map of ${rows}: ${JSON.stringify(times)}`)
    expect(times.hover).toBeLessThanOrEqual(8)
    expect(times.pan).toBeLessThanOrEqual(8)
    expectQuiet(opened)
    await opened.page.close()
  })

  test.each([
    [259, 2000, 384],
    [2300, 5000, 192],
  ])('%i photos: a photo can be pointed at within %i ms', async (count, mostMs) => {
    const large = largeData({ photos: count, rows: count })
    // Noise of 40 × 36 is 5.8 kB: what a photo of 192 px takes.
    const noise = await Promise.all(Array.from({ length: 50 }, (_, i) => noisePicture(i, 40, 36)))
    const url = write(
      String(count),
      pageHtml(
        large,
        large.photos.map((_, i) => noise[i % 50]!),
      ),
    )
    const bytes = statSync(join(folder, `${count}.html`)).size
    expect(bytes).toBeLessThan(27e6)
    const began = performance.now()
    const opened = await openFile(browser, url)
    const places = await placesOnScreen(opened.page, large)
    await opened.page.mouse.move(...places[7]!)
    await opened.page.locator('#panel-map .tooltip').waitFor()
    const elapsed = performance.now() - began
    const busy = await opened.busyMs()
    expect(busy).toBeGreaterThan(20)
    console.log(
      `${count} photos, ${(bytes / 1e6).toFixed(1)} MB: ${elapsed.toFixed(0)} ms, ${busy.toFixed(0)} of them busy`,
    )
    expect(busy).toBeLessThan(mostMs)
    expectQuiet(opened)
    await opened.page.close()
  })
})
