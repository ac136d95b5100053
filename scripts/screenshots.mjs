// Takes docs/report-*.png from the demo's report, in a Chromium (ROSETTE_CHROMIUM names another): `npm run demo`, then
// `node scripts/screenshots.mjs`.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const report = process.argv[2] ?? 'runs/demo/run/report/report.html'
if (!existsSync(report)) throw new Error(`${report}: no such file; npm run demo writes it`)
const executablePath = process.env.ROSETTE_CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] })

const docs = fileURLToPath(new URL('../docs', import.meta.url))

/** Writes a picture to docs/, its colours counted so that a clone stays small. */
async function keep(name, picture) {
  await picture.png({ palette: true, colours: 128, effort: 10 }).toFile(join(docs, `report-${name}.png`))
}

/** Opens the report, lets `prepare` bring something into view, and writes what is seen. */
async function shoot(name, colorScheme, prepare) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme })
  await page.goto(pathToFileURL(report).href)
  await prepare(page)
  await page.waitForTimeout(500)
  await keep(name, sharp(await page.screenshot()))
  await page.close()
}

/** Points at the photo in the middle of the map, or the nearest to it. */
async function pointAtMiddle(page) {
  const box = await page.locator('#panel-map canvas').last().boundingBox()
  const tooltip = page.locator('#panel-map .tooltip')
  for (let reach = 0; reach < 300; reach += 3) {
    const angle = reach / 9
    await page.mouse.move(
      box.x + box.width * 0.42 + reach * Math.cos(angle),
      box.y + box.height * 0.4 + reach * Math.sin(angle),
    )
    if (await tooltip.isVisible()) return
  }
}

await shoot('map', 'light', async (page) => {
  await page.getByRole('button', { name: 't-SNE' }).click()
  const search = page.locator('#panel-map input[type=search]')
  await search.fill('Canela')
  await search.press('Enter')
  await pointAtMiddle(page)
})
await shoot('photos', 'light', (page) => page.click('#tab-photos'))
await shoot('heat-map', 'dark', async (page) => {
  await page.click('#tab-heat')
  await page.waitForTimeout(300)
  const box = await page.locator('#panel-heat .layers canvas').last().boundingBox()
  await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.7)
})
await browser.close()
for (const [name, picture] of [
  ['retrieval', 'retrieval-typical.png'],
  ['why', 'why-correct.png'],
])
  await keep(name, sharp(join(dirname(report), picture)).resize({ width: 1240 }))
