import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { runProgram } from '../src/cli/program.ts'
import type { Photo } from '../src/data/index.ts'
import { type Identification, readDecisions, type ShownPhoto } from '../src/identify/index.ts'
import { writeAnswersPage } from '../src/report/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { captureOutput } from './captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from './model-fixture.ts'
import { expectQuiet } from './report-screen.ts'

const names = ['Ana', 'Bento', 'Caiman']
const folder = temporaryFolder()
const output = captureOutput()
let browser: Browser
let run = ''

const rosette = (...args: string[]) => runProgram([...args, '--threads', '1'], commands)
const asked = join(folder, 'secret-valley', 'asked')
const gallery = join(folder, 'gallery')
const identify = (...more: string[]) => rosette('identify', '--model', run, '--gallery', gallery, asked, ...more)

beforeAll(async () => {
  browser = await launchBrowser()
  run = tinyRun()
  mkdirSync(asked, { recursive: true })
  for (const name of names) {
    mkdirSync(join(gallery, name), { recursive: true })
    for (let i = 0; i < 2; i++) writeFileSync(join(gallery, name, `${name}${i}.png`), await tinyPhoto(name, i))
  }
  const exif = { IFD0: { Make: 'SecretCam' }, IFD3: { GPSLatitude: '19/1 30/1 0/1' } }
  for (const name of [...names, 'Zoe'])
    await sharp(await tinyPhoto(name, 7))
      .withExif(exif)
      .jpeg()
      .toFile(join(asked, `${name}.jpg`))
})
afterAll(() => browser?.close())

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/**
 * What the page says that it keeps, after a reload. Chromium hands storage from one process to the next in its own time: on a quick machine a page that is
 * loaded at once is sometimes before it, and the next one has it.
 */
async function reloadedUntil(page: Page, isThere: (text: string) => boolean): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    await page.waitForTimeout(200)
    await page.reload()
    const text = (await page.locator('.kept').textContent()) ?? ''
    if (isThere(text)) return text
  }
  return (await page.locator('.kept').textContent()) ?? ''
}

/** What W writes. */
async function saved(page: Page): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('w')])
  expect(file.suggestedFilename()).toBe('decisions.csv')
  return readFileSync(await file.path(), 'utf8')
}

const table = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((row) => row.split(','))

describe('a page of answers', () => {
  const page = join(folder, 'matches.html')
  const decisions = join(folder, 'decisions.csv')
  const csv = join(folder, 'answers.csv')

  test('ten pairs decided by keys are kept over a reload, saved, and read back by the command', async () => {
    expect(await identify('--html', page, '--csv', csv)).toBe(0)
    expect(output.stderr).toContain(`${page}: 4 photos to decide`)
    const html = readFileSync(page, 'utf8')
    expect(html).not.toContain('secret-valley')
    expect(readFileSync(csv, 'utf8').split('\n')[0]).not.toContain('decided')
    const pictures = [...html.matchAll(/data:image\/webp;base64,([\w+/=]+)/g)]
    expect(pictures).toHaveLength(4 + 6)
    for (const [, bytes] of pictures)
      expect((await sharp(Buffer.from(bytes!, 'base64')).metadata()).exif).toBeUndefined()

    const opened = await openFile(browser, pathToFileURL(page).href)
    await press(opened.page, 's') // Ana.jpg
    await press(opened.page, 'c', 'd', 'd', 'u', 'c', 'd', 'd') // Bento.jpg: after d the next individual, after c the next photo
    await press(opened.page, 's', 'd', 'd', 'n') // Caiman.jpg and Zoe.jpg
    const kept = await reloadedUntil(opened.page, (text) => text.startsWith('10 '))
    expect(kept).toMatch(/^10 decisions; 4 of 4 photos decided\. This browser keeps them/)
    expect(await opened.page.locator('summary').first().textContent()).toBe('4 of 4 photos decided')
    const text = await saved(opened.page)
    writeFileSync(decisions, text)
    expectQuiet(opened)
    const [header, ...rows] = table(text)
    expect(header).toEqual(['photo', 'other photo', 'decision'])
    expect(rows.map(([photo, , word]) => `${photo} ${word}`)).toEqual([
      'Ana.jpg same',
      ...['cannot tell', 'different', 'cannot tell', 'different', 'different'].map((word) => `Bento.jpg ${word}`),
      'Caiman.jpg same',
      ...['different', 'different', 'new'].map((word) => `Zoe.jpg ${word}`),
    ])

    const photo = (filename: string): Photo => ({ filename, path: filename, extra: {} })
    const known = names.flatMap((name) => [0, 1].map((i) => photo(`${name}/${name}${i}.png`)))
    const { decisions: read } = readDecisions(
      decisions,
      [...names, 'Zoe'].map((name) => photo(join(asked, `${name}.jpg`))),
      known,
    )
    expect(read.map(({ photo, decision, row }) => [photo, decision, row])).toEqual(
      rows.map(([name, , word], i) => [join(asked, name!), word, i + 2]),
    )
  })

  test('the command answers as people decided, says so, and shows their decisions on the next page', async () => {
    output.stdout = ''
    expect(await identify('--html', page, '--csv', csv, '--decisions', decisions)).toBe(2) // no --overwrite
    expect(await identify('--html', csv, '--csv', csv, '--overwrite')).toBe(2)
    expect(output.stderr).toContain(`--html: ${csv} is the file of --csv too`)
    expect(await identify('--html', page, '--csv', csv, '--decisions', decisions, '--overwrite', '--top', '1')).toBe(0)
    expect(output.stdout).toContain('2 known, 1 not in the gallery, 1 unsure')
    const rows = table(readFileSync(csv, 'utf8').replaceAll(/"[^"]*"/g, ''))
    const [header = [], ...told] = rows
    const of = (name: string, column: string) => told.find(([file]) => file!.endsWith(name))![header.indexOf(column)]
    expect(header.slice(-2)).toEqual(['answered_by', 'decided'])
    expect(
      ['Ana', 'Bento', 'Zoe'].map((name) => [of(`${name}.jpg`, 'answer'), of(`${name}.jpg`, 'answered_by')]),
    ).toEqual([
      ['known', 'person'],
      ['unsure', 'model'],
      ['new', 'person'],
    ])
    expect(of('Bento.jpg', 'decided')).toBe('different')
    const { page: again } = await openFile(browser, pathToFileURL(page).href)
    expect(await again.locator('.kept').textContent()).toContain('10 decisions')
    expect(await again.locator('[aria-current]').textContent()).toContain('Ana.jpg')
    expect(await again.locator('.answer').textContent()).toMatch(
      /^Ana: a person decided that Ana\.jpg and Ana\/Ana\d\.png are the same/,
    )
    expect(await again.locator('[data-word=same]').getAttribute('aria-pressed')).toBe('true')

    writeFileSync(decisions, 'photo,other photo,decision\nAna.jpg,Ana/Ana0.png,same\nAna.jpg,Ana/Ana1.png,different\n')
    expect(await identify('--decisions', decisions)).toBe(2)
    expect(output.stderr).toContain('decisions contradict each other')
  })
})

describe('the page', () => {
  const page = join(folder, 'lines.html')
  const shot = (name: string, more: Partial<Photo> = {}): Photo => ({
    filename: name,
    path: join(gallery, name),
    extra: {},
    ...more,
  })
  const places = Float32Array.from(Array.from({ length: 8 }, (_, i) => [5 + 4 * i, 10, 10, 28 - 3 * i]).flat())
  const match = { places, inliers: new Int32Array(8) } as unknown as NonNullable<ShownPhoto['match']>
  const candidate = (identity: string, file: string, given: Partial<ShownPhoto>) => ({
    rank: 1,
    identity,
    similarity: 0.9,
    probability: 0.8,
    photo: shot(file),
    photos: [{ photo: shot(file, { identity }), similarity: 0.9, ...given }],
  })
  const found: Identification = {
    photo: { ...shot('Ana/Ana0.png'), timestamp: '2024-05-01 06:30', flank: 'left', camera: 'station 7' },
    candidates: [candidate('Ana', 'Ana/Ana1.png', { match }), candidate('Bento', 'Bento/gone.png', {})],
    leftOut: [],
    answer: {
      answer: 'unsure',
      identity: 'Ana',
      probability: 0.8,
      newProbability: 0.1,
      reason: 'probability',
      notCompared: 0,
      bothFlanks: false,
    },
  }

  beforeAll(async () => {
    const answers = { found: [found], gallery: [shot('Ana/Ana1.png'), shot('Bento/gone.png')], decisions: [] }
    const written = await writeAnswersPage(page, answers, {
      title: 'lines',
      linesHint: 'ask for lines',
      linesDoubt: 'Careful.',
    })
    expect(written).toMatchObject({ questions: 1, leftOut: 0, unreadable: 1 })
    await expect(writeAnswersPage(page, answers, { title: 'lines' })).rejects.toThrow('exists already')
  })

  test('says how many photos found no room', async () => {
    const many = Array.from({ length: 503 }, (_, i) => ({ ...found, photo: shot(`none ${i}.png`), candidates: [] }))
    const path = join(folder, 'many.html')
    const written = await writeAnswersPage(path, { found: many, gallery: [], decisions: [] }, { title: 'many' })
    expect(written).toMatchObject({ questions: 500, leftOut: 3, unreadable: 500 })
    expect(readFileSync(path, 'utf8')).toContain(
      'This page has room for 500 photos: 3 that you asked about are not in it.',
    )
  })

  test('draws lines that can be hidden, turns a photo that lies on its side, and keeps zoom and place', async () => {
    const opened = await openFile(browser, pathToFileURL(page).href)
    const { page: shown } = opened
    expect(await shown.locator('.lines .dot').count()).toBe(16)
    expect(await shown.locator('.lines-note').innerText()).toBe('Careful.')
    const transform = () =>
      shown.locator('.pane img').evaluateAll((all) => all.map((one) => one.getAttribute('style') ?? ''))
    const [left, right] = (await transform()) as [string, string]
    expect(left).toMatch(/^transform: matrix\(\d+\.\d+, ?0, ?-?0, ?\d+\.\d+/)
    expect(right).toMatch(/^transform: matrix\(-?0, \d+\.\d+, -\d+\.\d+, -?0,/) // up in it is right on the left
    await press(shown, 'l')
    expect(await shown.locator('.lines .dot').count()).toBe(0)
    await press(shown, '+', 'Shift+ArrowLeft')
    const [zoomed] = (await transform()) as [string]
    expect(zoomed).not.toBe(left)
    await press(shown, 'ArrowRight')
    expect(await transform()).toEqual([zoomed])
    expect(await shown.locator('.lines-note').textContent()).toBe('ask for lines')
    expect(await shown.locator('.side figcaption').first().textContent()).toContain('left flank · 2024-05-01 06:30')
    expect(await shown.content()).not.toContain('station 7')
    await press(shown, '?')
    expect(await shown.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(true)
    const rows = await shown.locator('dialog.keys tr').allTextContents()
    expect(rows.filter((row) => row.includes('Shift'))).toEqual(['Shift with ← → ↑ ↓move both photos'])
    await shown.getByLabel('Keys act').uncheck()
    await press(shown, 'Escape', 'd')
    expect(await shown.locator('.kept').textContent()).toContain('0 decisions')
    expectQuiet(opened)
  })

  test('says what contradicts each other, has names for its buttons, and fits a phone', async () => {
    const viewport = { width: 390, height: 844 }
    const { page: shown } = await openFile(browser, pathToFileURL(page).href, { viewport, isMobile: true })
    expect(await shown.evaluate('document.documentElement.scrollWidth')).toBe(390)
    const buttons = await shown.getByRole('button').all()
    for (const button of buttons)
      expect(((await button.getAttribute('aria-label')) ?? (await button.textContent())!).trim()).not.toBe('')
    for (const role of ['banner', 'navigation', 'main', 'contentinfo'] as const)
      expect(await shown.getByRole(role).count()).toBe(1)
    await shown.getByRole('button', { name: /^Same/ }).click()
    await shown.getByRole('button', { name: /^Bento/ }).click()
    await shown.getByRole('button', { name: /^Same/ }).click()
    expect(await shown.getByRole('alert').textContent()).toContain('Ana0.png is the same as Ana and as Bento.')
  })
})
