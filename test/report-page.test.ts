import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageHtml } from '../src/report/index.ts'
import { identifyTop } from '../src/retrieval/index.ts'
import { insidePolygon, type Place } from '../src/web/points.ts'
import { fitView } from '../src/web/view.ts'
import { launchBrowser, openFile } from './browser.ts'
import { clusterData, clusterReport, largeData, noisePicture } from './report-fixture.ts'
import { expectQuiet, lasso, lonely, placesOnScreen } from './report-screen.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-report-page-'))
const shape = { identities: 12, photosEach: 6, dim: 8, spread: 1.1 } as const
const input = clusterReport(shape)
const data = clusterData(shape)
let browser: Browser
let small = ''

beforeAll(async () => {
  browser = await launchBrowser()
  const pictures = await Promise.all(data.photos.map((_, i) => noisePicture(i)))
  small = write('small', pageHtml(data, pictures))
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

describe('the map', () => {
  test('hover shows the photo under the pointer, in every projection', async () => {
    const opened = await openFile(browser, small)
    const { page } = opened
    expect(await page.locator('header.top').innerText()).toContain(data.model)
    for (const [index, title] of [
      [0, 'PCA'],
      [1, 't-SNE'],
    ] as const) {
      await page.getByRole('button', { name: title, exact: true }).click()
      const places = await placesOnScreen(page, data, index)
      for (const photo of lonely(places).slice(0, 8)) {
        await page.mouse.move(...places[photo]!)
        const tip = page.locator('#panel-map .tooltip')
        await tip.waitFor()
        const { identity, file, encounter, flank } = data.photos[photo]!
        const words = await tip.innerText()
        for (const part of [data.identities[identity]!, file, encounter, flank]) expect(words).toContain(part)
        const shown = await tip.locator('img').getAttribute('src')
        expect(shown).toBe((await noisePicture(photo)).uri)
      }
    }
    await page.mouse.move(5, 5)
    expect(await page.locator('#panel-map .tooltip').isHidden()).toBe(true)
    expectQuiet(opened)
  })

  test('click chooses one, lasso and box what lies in them', async () => {
    const opened = await openFile(browser, small)
    const { page } = opened
    const places = await placesOnScreen(page, data)
    const [photo] = lonely(places)
    await page.mouse.click(...places[photo!]!)
    expect(await page.locator('#chosen-count').innerText()).toBe('1 photo chosen')
    expect(await page.locator('#chosen .photo').getAttribute('data-photo')).toBe(String(photo))

    const box = (await page.locator('#panel-map canvas').last().boundingBox())!
    const at = (x: number, y: number): Place => [Math.round(box.x + x * box.width), Math.round(box.y + y * box.height)]
    const polygon = [at(0.2, 0.25), at(0.75, 0.2), at(0.6, 0.5), at(0.8, 0.85), at(0.35, 0.7)]
    const inside = places.flatMap((place, i) => (insidePolygon(place, polygon) ? [i] : []))
    expect(inside.length).toBeGreaterThan(5)
    await page.getByLabel('Drag to').selectOption('lasso')
    await lasso(page, polygon)
    expect(await page.locator('#chosen-count').innerText()).toBe(`${inside.length} photos chosen`)
    const listed = await page
      .locator('#chosen .photo')
      .evaluateAll((items) => items.map((item) => Number(item.getAttribute('data-photo'))))
    expect(listed).toEqual(inside)

    await page.getByLabel('Drag to').selectOption('box')
    const [[left, top], [right, bottom]] = [at(0.3, 0.3), at(0.7, 0.6)]
    await page.mouse.move(left, top)
    await page.mouse.down()
    await page.mouse.move(right, bottom, { steps: 5 })
    await page.mouse.up()
    const boxed = places.filter(([x, y]) => x > left && x < right && y > top && y < bottom).length
    expect(boxed).toBeGreaterThan(3)
    expect(await page.locator('#chosen-count').innerText()).toBe(`${boxed} photos chosen`)
    expectQuiet(opened)
  })

  test('search rings what it finds, and Enter chooses it; every colouring draws', async () => {
    const opened = await openFile(browser, small)
    const { page } = opened
    const search = page.locator('#panel-map input[type=search]')
    await search.fill(data.identities[3]!)
    expect(await page.locator('#panel-map label .note').innerText()).toBe('6 found, ringed')
    await search.press('Enter')
    expect(await page.locator('#chosen-count').innerText()).toBe('6 photos chosen')
    const legend = page.locator('#panel-map .legend li')
    expect(await legend.allInnerTexts()).toEqual(data.identities)
    const marks = await legend
      .locator('.dot')
      .evaluateAll((dots) => dots.map((dot) => (dot.getAttribute('style') ?? '').replaceAll(' ', '')))
    expect(new Set(marks).size).toBe(data.identities.length)
    const pictures = new Set<string>()
    for (const coloring of ['identity', 'split', 'encounter', 'flank', 'correct', 'ap']) {
      await page.getByLabel('Colour by').selectOption(coloring)
      pictures.add((await page.locator('#panel-map .layers').screenshot()).toString('base64'))
    }
    expect(pictures.size).toBeGreaterThanOrEqual(5)
    expectQuiet(opened)
  })
})

describe('photos', () => {
  test('neighbours are those of the metrics code, right and wrong marked', async () => {
    const opened = await openFile(browser, small)
    const { page } = opened
    await page.click('#tab-photos')
    const names = input.photos.map(({ identity }) => identity!)
    const answers = identifyTop(input.embeddings, input.embeddings, names, data.photos.length)
    for (const query of [3, 31, 66]) {
      await page.locator('#panel-photos input[type=search]').fill(data.photos[query]!.file)
      await page.locator(`#panel-photos aside .photo[data-photo="${query}"]`).first().click()
      const expected = answers[query]!.photos.filter(({ photo }) => photo !== query)
      const shown = page.locator('#neighbours .photo')
      const facts = await shown.evaluateAll((items) =>
        items.map((item) => ({
          photo: Number(item.getAttribute('data-photo')),
          right: item.classList.contains('is-right'),
          words: (item as unknown as { innerText: string }).innerText,
        })),
      )
      expect(facts.map(({ photo }) => photo)).toEqual(expected.slice(0, 24).map(({ photo }) => photo))
      facts.forEach(({ right, words }, k) => {
        expect(right).toBe(expected[k]!.identity === names[query])
        const [, rank, similarity] = /(\d+)\. (-?\d\.\d{4})/.exec(words)!
        expect(Number(rank)).toBe(k + 1)
        expect(Math.abs(Number(similarity) - expected[k]!.score)).toBeLessThan(6e-5)
      })
    }
    expectQuiet(opened)
  })

  test('filters leave what they say; mistakes come worst first; a pair zooms together', async () => {
    const opened = await openFile(browser, small)
    const { page } = opened
    await page.click('#tab-photos')
    const wrong = data.photos.flatMap((photo, i) => (photo.rank1 === false ? [{ i, ap: photo.ap! }] : []))
    wrong.sort((a, b) => a.ap - b.ap || a.i - b.i)
    expect(wrong.length).toBeGreaterThan(2)
    for (const [k, { i }] of wrong.slice(0, 3).entries()) {
      expect(await page.locator('#query .file').innerText()).toBe(data.photos[i]!.file)
      expect(await page.locator('#mistake-place').innerText()).toBe(`mistake ${k + 1} of ${wrong.length}, worst first`)
      await page.getByRole('button', { name: 'mistake ▶' }).click()
    }
    await page.getByRole('button', { name: '◀ mistake' }).click()
    const query = wrong[2]!.i
    const asked = data.photos[query]!
    await page.locator('#panel-photos').getByLabel('Flank').selectOption('same')
    await page.locator('#panel-photos').getByLabel('Encounter').selectOption('other')
    await page.locator('#panel-photos').getByLabel('Individual').selectOption('same')
    const expected = data.photos.flatMap(({ identity, flank, encounter }, i) =>
      i !== query && identity === asked.identity && flank === asked.flank && encounter !== asked.encounter ? [i] : [],
    )
    const listed = await page
      .locator('#neighbours .photo')
      .evaluateAll((items) => items.map((item) => Number(item.getAttribute('data-photo'))))
    expect([...listed].sort((a, b) => a - b)).toEqual(expected)

    await page.locator('#neighbours .photo').first().click()
    const panes = page.locator('.pane > *')
    await page.locator('.pane').first().hover()
    await page.mouse.wheel(0, -300)
    const transforms = await panes.evaluateAll((items) =>
      items.map((item) => (item as unknown as { style: { transform: string } }).style.transform),
    )
    expect(transforms[0]).toMatch(/scale\(2\.\d+\)/)
    expect(transforms[1]).toBe(transforms[0])
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog').isHidden()).toBe(true)
    expectQuiet(opened)
  })
})

test('ranks are those of all photos: with filters too, and none where the report does not hold the ranking', async () => {
  const large = largeData({ photos: 70, rows: 50 })
  const opened = await openFile(browser, write('part', pageHtml(large, [])))
  const { page } = opened
  await page.click('#tab-photos')
  await page.locator('#panel-photos input[type=search]').fill('photo_0.jpg')
  await page.locator('#panel-photos aside .photo[data-photo="0"]').first().click()
  expect(await page.locator('#neighbours-heading').innerText()).toBe(
    'Most similar photos (of those in this report 49 pass the filters)',
  )
  await page.getByRole('button', { name: 'Show more' }).click()
  const places = () =>
    page
      .locator('#neighbours .photo')
      .evaluateAll((items) => items.map((item) => (item.textContent.match(/(later|\d+\.) -?\d\.\d{4}/) ?? [])[1]))
  const all = await places()
  expect(all.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, k) => `${k + 1}.`))
  expect(all.slice(40)).toEqual(Array.from({ length: 8 }, () => 'later'))
  await page.locator('#panel-photos').getByLabel('Individual').selectOption('other')
  const first = large.neighbours[0]!.photos.findIndex(
    (photo) => large.photos[photo]!.identity !== large.photos[0]!.identity,
  )
  expect(first).toBeGreaterThan(0)
  expect((await places())[0]).toBe(`${first + 1}.`)
  expectQuiet(opened)
})

test('the heat map tells both photos and the value, zooms to an individual, and opens the pair', async () => {
  const opened = await openFile(browser, small)
  const { page } = opened
  await page.click('#tab-heat')
  const canvas = page.locator('#panel-heat .layers canvas').last()
  const box = (await canvas.boundingBox())!
  const { scale, x, y } = fitView(data.matrix.order.length, box.width, box.height)
  const [row, column] = [10, 40]
  await page.mouse.move(box.x + x + (column + 0.5) * scale, box.y + y + (row + 0.5) * scale)
  const [a, b] = [data.matrix.order[row]!, data.matrix.order[column]!]
  const names = input.photos.map(({ identity }) => identity!)
  const cosine = identifyTop(input.embeddings, input.embeddings, names, 72)[a]!.photos.find(
    ({ photo }) => photo === b,
  )!.score
  const words = await page.locator('#panel-heat .tooltip').innerText()
  for (const photo of [a, b]) expect(words).toContain(data.photos[photo]!.file)
  expect(Number(/similarity (-?\d\.\d{4})/.exec(words)![1])).toBeCloseTo(cosine, 3)
  await page.mouse.down()
  await page.mouse.up()
  expect(await page.locator('dialog').innerText()).toContain(`cosine similarity ${cosine.toFixed(4)}`)
  await page.keyboard.press('Escape')
  const ends = page.locator('#panel-heat .colour-scale span')
  const low = data.matrix.low
  expect(await ends.allInnerTexts()).toEqual([low.toFixed(2).replace('-', '−'), '1'])
  await page.getByLabel('Show').selectOption('distance')
  expect(await ends.allInnerTexts()).toEqual(['0', (1 - low).toFixed(2)])
  await page.mouse.move(box.x + x + (column + 0.5) * scale, box.y + y + (row + 0.5) * scale)
  expect(await page.locator('#panel-heat .tooltip').innerText()).toContain(`distance ${(1 - cosine).toFixed(4)}`)
  await page.getByLabel('Zoom to').selectOption('5')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  expect(await page.locator('#panel-heat .tooltip').innerText()).toContain(data.identities[5]!)
  expectQuiet(opened)
})

test('the numbers are the report’s, sort, and can be taken along', async () => {
  const opened = await openFile(browser, small)
  const { page } = opened
  await page.click('#tab-numbers')
  expect(await page.locator('#panel-numbers').innerText()).toContain(data.metrics.identityBalancedMap.toFixed(4))
  const cells = () => page.locator('#individuals tbody td:nth-child(4)').allInnerTexts()
  const ap = data.perIdentity.map((score) => score.ap!.toFixed(4)).sort()
  expect(await cells()).toEqual(ap)
  await page.getByRole('button', { name: 'mean AP' }).click()
  expect(await cells()).toEqual(ap.reverse())
  expect(await page.locator('#panel-numbers svg.chart').count()).toBe(4)
  expect(await page.locator('#report').textContent()).not.toContain('learningRate') // the log is a picture
  const heights = (selector: string) =>
    page
      .locator(selector)
      .evaluateAll((items) => items.map((item) => (item as unknown as { clientHeight: number }).clientHeight))
  const drawn = await heights('#panel-numbers svg.chart')
  expect(await heights('#panel-numbers figure')).toEqual(drawn) // no empty boxes
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'map.csv' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('map.csv')
  expect(statSync(await download.path()).size).toBeGreaterThan(72 * 40)
  expectQuiet(opened)
})

test('the keyboard alone reaches map, photo and pair', async () => {
  const opened = await openFile(browser, small)
  const { page } = opened
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.id')).toBe('tab-map')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  const hovered = await page.locator('#panel-map .tooltip').getAttribute('data-key')
  await page.keyboard.press('Enter')
  expect(await page.locator('#chosen .photo').getAttribute('data-photo')).toBe(hovered)
  await page.keyboard.press('+')
  await page.keyboard.press('0')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ArrowRight')
  expect(await page.evaluate('document.activeElement.id')).toBe('tab-photos')
  expect(await page.locator('#query .file').innerText()).toBe(data.photos[Number(hovered)]!.file)
  await page.locator('#neighbours .photo').first().focus()
  await page.keyboard.press('Enter')
  expect(await page.locator('dialog').isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  await page.locator('#tab-photos').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  expect(await page.locator('#panel-heat .tooltip').getAttribute('data-key')).toBe('0 1 similarity')
  expectQuiet(opened)
})

test('dark screens get a dark page, paper a light one', async () => {
  const opened = await openFile(browser, small, { colorScheme: 'dark' })
  const { page } = opened
  const colours = () =>
    page.evaluate('[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]')
  expect(await colours()).toEqual(['rgb(20, 24, 29)', 'rgb(230, 234, 239)'])
  await page.click('#tab-numbers')
  const ink = await page.evaluate(`getComputedStyle(document.querySelector('svg.chart text.ink')).fill`)
  expect(ink).toBe('rgb(230, 234, 239)')
  await page.emulateMedia({ media: 'print' })
  expect(await colours()).toEqual(['rgb(255, 255, 255)', 'rgb(27, 31, 36)'])
  expectQuiet(opened)
})

test('hostile names stay text, and nothing else may run or be asked for', async () => {
  const hostile = `<img src=x onerror="document.title='owned'"></script><script>document.title='owned'</script>`
  const photos = data.photos.map((photo) => ({
    ...photo,
    file: hostile,
    encounter: hostile,
    flank: hostile,
    split: hostile,
  }))
  const identities = data.identities.map((name) => `${hostile}${name}`)
  const evil = write(
    'hostile',
    pageHtml({ ...data, title: hostile, model: hostile, data: hostile, reason: hostile, photos, identities }, []),
  )
  const opened = await openFile(browser, evil)
  const { page } = opened
  for (const tab of ['map', 'photos', 'heat', 'numbers']) {
    await page.click(`#tab-${tab}`)
    await page.mouse.move(500, 450)
    await page.mouse.move(520, 460)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.locator('body').innerText()).toContain('<img src=x onerror=')
  }
  expect(await page.title()).toBe(`${hostile}: rosette report`)
  expectQuiet(opened)
  const asked = await page.evaluate(`fetch('http:' + '//127.0.0.1:9/').then(() => 'fetched', () => 'refused')`)
  expect(asked).toBe('refused')
  const ran = await page.evaluate(`{
    const script = document.createElement('script'); script.textContent = 'document.title = "owned"'
    document.body.append(script); document.body.setAttribute('onclick', 'document.title = "owned"'); document.body.click()
    document.title
  }`)
  expect(ran).not.toBe('owned')
  expect(opened.complaints.join()).toContain('Content Security Policy')
})
