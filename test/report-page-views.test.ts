import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contrast } from '../src/chart/index.ts'
import { mapCsv, pageHtml } from '../src/report/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { clusterData, noisePicture } from './report-fixture.ts'
import { expectQuiet, lonely, placesOnScreen } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-report-views-'))
const data = clusterData({ identities: 12, photosEach: 6, dim: 8, spread: 1.1 })
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
let browser: Browser
let url = ''

beforeAll(async () => {
  browser = await launchBrowser()
  const path = join(folder, 'report.html')
  const pictures = await Promise.all(data.photos.map((_, i) => noisePicture(i)))
  writeFileSync(path, pageHtml(data, pictures))
  url = pathToFileURL(path).href
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The map as it is drawn, without what follows the pointer. */
async function drawnMap(page: Page): Promise<string> {
  await page.waitForTimeout(100)
  return page.evaluate<string>(`document.querySelector('#panel-map canvas').toDataURL()`)
}

async function chosen(page: Page): Promise<number[]> {
  return page
    .locator('#chosen .photo')
    .evaluateAll((items) => items.map((item) => Number(item.getAttribute('data-photo'))))
}

describe('the map', () => {
  test('opens on t-SNE, with names that can be taken away', async () => {
    const opened = await openFile(browser, url)
    const { page } = opened
    expect(await page.getByRole('button', { name: 't-SNE' }).getAttribute('aria-pressed')).toBe('true')
    const named = await drawnMap(page)
    await page.getByLabel('Names on the map').uncheck()
    const bare = await drawnMap(page)
    expect(bare.length).toBeLessThan(0.95 * named.length)
    await page.getByRole('button', { name: 'PCA' }).click()
    expect(await drawnMap(page)).not.toBe(bare)
    expectQuiet(opened)
  })

  test('a legend entry chooses its photos, with Shift another one beside them', async () => {
    const { page } = await openFile(browser, url)
    const of = (identity: number) => data.photos.flatMap((photo, i) => (photo.identity === identity ? [i] : []))
    const entry = (identity: number) => page.locator('.legend button').nth(identity)
    await entry(4).click()
    expect(await chosen(page)).toEqual(of(4))
    await entry(2).click({ modifiers: ['Shift'] })
    expect(await chosen(page)).toEqual([...of(2), ...of(4)])
    await page.getByLabel('Colour by').selectOption('correct')
    await entry(1).click()
    expect(await chosen(page)).toEqual(data.photos.flatMap(({ rank1 }, i) => (rank1 === false ? [i] : [])))
  })

  test('chosen photos leave as CSV: the header of map.csv and their rows', async () => {
    const { page } = await openFile(browser, url)
    const save = page.getByRole('button', { name: 'Chosen as CSV' })
    expect(await save.isDisabled()).toBe(true)
    await page.locator('.legend button').nth(3).click()
    const [file] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(file.suggestedFilename()).toBe('chosen.csv')
    const lines = mapCsv(data).split('\n')
    const expected = [0, ...(await chosen(page)).map((photo) => photo + 1)].map((line) => `${lines[line]}\n`)
    expect(expected).toHaveLength(7)
    expect(readFileSync(await file.path(), 'utf8')).toBe(expected.join(''))
  })

  test('average precision is a scale from 0 to 1', async () => {
    const { page } = await openFile(browser, url)
    const scale = page.locator('#panel-map .colour-scale')
    expect(await scale.isHidden()).toBe(true)
    await page.getByLabel('Colour by').selectOption('ap')
    expect((await scale.innerText()).replace(/\s+/g, ' ')).toBe('AP 0 1')
    expect(await scale.locator('.gradient').getAttribute('style')).toContain('linear-gradient')
    expect(await page.locator('.legend li').count()).toBe(0) // every photo is scored
  })

  test.each(['light', 'dark'] as const)('on a %s page marks have a contrast of 3 or more', async (colorScheme) => {
    const { page } = await openFile(browser, url, { colorScheme })
    const hex = (name: string) =>
      page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue('--${name}').trim()`)
    const paper = await hex('paper')
    expect(paper).toBe(colorScheme === 'light' ? '#FFFFFF' : '#14181D')
    for (const name of ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'right', 'wrong', 'muted', 'ink', 'accent']) {
      expect(contrast(await hex(name), paper), name).toBeGreaterThanOrEqual(3)
    }
    const colour = await page
      .locator('.legend .dot')
      .nth(3)
      .evaluate((dot) => {
        const { backgroundColor } = (dot as unknown as { style: { backgroundColor: string } }).style
        return backgroundColor
          .match(/\d+/g)!
          .map((value) => Number(value).toString(16).padStart(2, '0'))
          .join('')
      })
    expect(`#${colour}`.toUpperCase()).toBe((await hex('p3')).toUpperCase())
  })
})

describe('links', () => {
  test('#photo= is a photo; the address follows what is seen, and a pair has one too', async () => {
    const photo = 17
    const { file } = data.photos[photo]!
    const opened = await openFile(browser, `${url}#photo=${encodeURIComponent(file)}`)
    const { page } = opened
    expect(await page.locator('#query .file').innerText()).toBe(file)
    await page.locator('#neighbours .photo').nth(2).click()
    const match = data.neighbours[photo]!.photos[2]!
    const pair = page.url()
    expect(pair).toBe(`${url}#photo=${file}&match=${data.photos[match]!.file}`)
    const again = await openFile(browser, pair)
    expect(await again.page.locator('dialog figcaption .file').allInnerTexts()).toEqual([
      file,
      data.photos[match]!.file,
    ])
    await page.keyboard.press('Escape')
    await page.waitForURL(`${url}#photo=${file}`) // a dialog tells that it was closed a moment later
    await page.click('#tab-heat')
    expect(page.url()).toBe(`${url}#view=heat&photo=${file}`)
    await page.evaluate(`location.hash = '#photo=${data.photos[40]!.file}'`)
    await page.waitForFunction(`document.querySelector('#query .file')?.textContent === '${data.photos[40]!.file}'`)
    expect(await page.locator('#panel-photos').isVisible()).toBe(true)
    expect(opened.complaints).toEqual([])
  })

  test('the photo’s own link, and one that means nothing', async () => {
    const { page } = await openFile(browser, `${url}#photo=nowhere.jpg`)
    expect(await page.locator('#panel-map').isVisible()).toBe(true)
    await page.click('#tab-photos')
    const file = await page.locator('#query .file').innerText()
    expect(await page.getByRole('link', { name: 'Link to this photo' }).getAttribute('href')).toBe(`#photo=${file}`)
  })

  test('in a shared report photos are their numbers', async () => {
    const shared = clusterData({ identities: 4, photosEach: 4, dim: 6 }, { share: true })
    const path = join(folder, 'shared.html')
    writeFileSync(path, pageHtml(shared, []))
    const { page } = await openFile(browser, `${pathToFileURL(path).href}#photo=5`)
    expect(await page.locator('#query .file').innerText()).toBe('photo 5')
    expect(await page.locator('header.top').innerText()).toContain('A shared report without names, validation photos')
  })
})

test('a mistake tells where the first right photo is, and goes there', async () => {
  const mixed = clusterData({ identities: 40, photosEach: 2, dim: 3, spread: 2 })
  const path = join(folder, 'mixed.html')
  writeFileSync(path, pageHtml(mixed, []))
  const { page } = await openFile(browser, pathToFileURL(path).href)
  await page.click('#tab-photos')
  const { photos, neighbours } = mixed
  const rankOf = (query: number) => {
    const own = neighbours[query]!.photos.findIndex((photo) => photos[photo]!.identity === photos[query]!.identity)
    return own + 1
  }
  const late = photos.findIndex((_, query) => rankOf(query) > 24)
  expect(late).toBeGreaterThanOrEqual(0)
  await page.evaluate(`location.hash = '#photo=${photos[late]!.file}'`)
  const line = page.locator('#first-right')
  await page.waitForFunction(`document.querySelector('#query .file').textContent === '${photos[late]!.file}'`)
  expect(await line.innerText()).toContain(`first right photo: rank ${rankOf(late)}`)
  expect(await page.locator('#neighbours .is-right').count()).toBe(0)
  await line.getByRole('button', { name: 'Go to it' }).click()
  const focused = await page.evaluate('document.activeElement.dataset.photo')
  expect(Number(focused)).toBe(neighbours[late]!.photos[rankOf(late) - 1])
  expect(await page.locator('#neighbours .is-right').first().isVisible()).toBe(true)
  await page.locator('#panel-photos').getByLabel('Individual').selectOption('other')
  expect(await line.innerText()).toBe(`first right photo: rank ${rankOf(late)} (does not pass the filters)`)
})

describe('on a phone', () => {
  test('a tap shows the photo, a finger scrolls the page, nothing is wider than the screen', async () => {
    const opened = await openFile(browser, url, phone)
    const { page } = opened
    const places = await placesOnScreen(page, data)
    const [photo] = lonely(places)
    await page.touchscreen.tap(...places[photo!]!)
    const tip = page.locator('#panel-map .tooltip')
    await page.waitForTimeout(300)
    expect(await tip.isVisible()).toBe(true)
    expect(await tip.locator('img').getAttribute('src')).toBe((await noisePicture(photo!)).uri)
    expect(await chosen(page)).toEqual([photo])
    const session = await page.context().newCDPSession(page)
    const box = (await page.locator('#panel-map .layers').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const before = await drawnMap(page)
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
    for (let k = 1; k <= 15; k++) {
      await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: y - 20 * k }] })
      await page.waitForTimeout(16)
    }
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(150)
    expect(await drawnMap(page)).toBe(before)
    for (const tab of ['map', 'photos', 'heat', 'numbers']) {
      await page.click(`#tab-${tab}`)
      expect(await page.evaluate('document.documentElement.scrollWidth'), tab).toBe(390)
    }
    expectQuiet(opened)
  })

  test('two fingers zoom the map, and so do buttons', async () => {
    const { page } = await openFile(browser, url, phone)
    const before = await drawnMap(page)
    const box = (await page.locator('#panel-map .layers').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const session = await page.context().newCDPSession(page)
    const fingers = (apart: number) => [-1, 1].map((side) => ({ x: x + (side * apart) / 2, y, id: side + 1 }))
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(60) })
    for (const apart of [80, 110, 140, 180])
      await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) })
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    const pinched = await drawnMap(page)
    expect(pinched).not.toBe(before)
    expect(await page.evaluate('visualViewport.scale')).toBe(1) // the map, not the page
    await page.getByRole('button', { name: 'the whole' }).click()
    expect(await drawnMap(page)).toBe(before)
    await page.getByRole('button', { name: 'zoom in' }).click()
    expect(await drawnMap(page)).not.toBe(before)
    await page.getByRole('button', { name: 'zoom out' }).click()
    expect(await drawnMap(page)).toBe(before)
  })
})

test('zoomed to 200 % nothing is cut: all can be scrolled to, and nothing lies beside the window', async () => {
  const { page } = await openFile(browser, url, { viewport: { width: 640, height: 400 } })
  for (const tab of ['map', 'photos', 'heat', 'numbers']) {
    await page.click(`#tab-${tab}`)
    expect(await page.evaluate('document.documentElement.scrollWidth'), tab).toBe(640)
    const cut = await page.evaluate<
      string[]
    >(`[...document.querySelectorAll('#panel-${tab} :is(button, select, input)')]
      .filter((control) => control.offsetParent !== null)
      .filter((control) => {
        const box = control.getBoundingClientRect()
        return box.left < 0 || box.right > innerWidth || box.top + scrollY + box.height > document.documentElement.scrollHeight
      }).map((control) => control.textContent)`)
    expect(cut).toEqual([])
  }
  await page.click('#tab-photos')
  await page.locator('#neighbours .photo').first().click()
  const dialog = page.locator('dialog')
  await page.getByRole('button', { name: 'Whole photos' }).scrollIntoViewIfNeeded()
  const [outer, inner] = [
    (await dialog.boundingBox())!,
    (await page.getByRole('button', { name: 'Whole photos' }).boundingBox())!,
  ]
  expect(outer.y + outer.height).toBeLessThanOrEqual(400)
  expect(inner.y + inner.height).toBeLessThanOrEqual(outer.y + outer.height)
})

test('paper gets the charts, whichever view is shown', async () => {
  const { page } = await openFile(browser, url, { colorScheme: 'dark' })
  const screen = await drawnMap(page)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('#panel-numbers svg.chart').count()).toBe(4)
  for (let k = 0; k < 4; k++) expect(await page.locator('#panel-numbers svg.chart').nth(k).isVisible()).toBe(true)
  const cut = await page.evaluate<number>(`[...document.querySelectorAll('#panel-numbers *')].filter((part) =>
    part.scrollHeight > part.clientHeight + 2 && getComputedStyle(part).overflowY !== 'visible').length`)
  expect(cut).toBe(0)
  const drawn = () => drawnMap(page)
  await expect.poll(drawn, { timeout: 10_000 }).not.toBe(screen) // drawn anew for white paper
  const paper = await drawn()
  // one canvas holds all: on paper a second one over it would wipe out its marks
  expect(await page.locator('#panel-map canvas').last().isVisible()).toBe(false)
  await page.evaluate(`location.hash = '#view=map&photo=' + encodeURIComponent('${data.photos[5]!.file}')`)
  await expect.poll(drawn, { timeout: 10_000 }).not.toBe(paper)
  const inks = await page.evaluate<string[]>(`[...document.querySelectorAll('#panel-map .dot')].map((dot) =>
    getComputedStyle(dot).getPropertyValue('print-color-adjust'))`)
  expect(new Set(inks)).toEqual(new Set(['exact']))
  expect(await page.locator('#panel-map aside label:visible').count()).toBe(0)
  expect(await page.locator('#panel-heat').count()).toBe(0)
  await page.emulateMedia({ media: 'screen' })
  await page.click('#tab-photos')
  expect(await page.locator('.panel').evaluateAll((panels) => panels.map(({ id }) => id))).toEqual([
    'panel-map',
    'panel-photos',
    'panel-numbers',
  ])
})
