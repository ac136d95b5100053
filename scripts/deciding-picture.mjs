// Takes docs/deciding.png: the page for deciding on drawn jaguars, with lines between matched places, in a Chromium (ROSETTE_CHROMIUM names another).
// Run it after a build: `node scripts/deciding-picture.mjs`.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { identifyPhotos, matchQueries } from '../dist/identify/index.js'
import { encodeJpeg } from '../dist/images/index.js'
import { rootSift } from '../dist/local/index.js'
import { writeAnswersPage } from '../dist/report/index.js'
import { studio } from '../dist/synth/index.js'

const folder = mkdtempSync(join(tmpdir(), 'rosette-deciding-'))
const from = studio({ identities: 6, seed: 5, widthPx: 640, heightPx: 440 })
const left = from.photos.filter(({ split, shot, flank }) => split === 'train' && shot === 0 && flank === 'left')
const own = (identity) => left.filter((photo) => photo.identity === identity)
const identities = from.names.map((_, identity) => identity).filter((identity) => own(identity).length > 3)
const known = await saved(
  identities.flatMap((identity) => own(identity).slice(1, 4)),
  'known',
)
const asked = await saved(
  identities.map((identity) => own(identity)[0]),
  'asked',
)
const extractor = rootSift({ threads: 2 })
const local = await matchQueries({ kind: 'local', extractors: [extractor], threads: 2 }, known, asked)
await extractor.release()
const found = identifyPhotos(known, asked, 4, { local, photosEach: 3 })
const page = join(folder, 'matches.html')
await writeAnswersPage(page, { found, gallery: known.photos, decisions: [] }, { title: 'drawn jaguars' })

const executablePath = process.env.ROSETTE_CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] })
const shown = await browser.newPage({ viewport: { width: 1280, height: 900 } })
await shown.goto(pathToFileURL(page).href)
for (const key of ['s', 'd', 'j', 'd']) await shown.keyboard.press(key)
await shown
  .locator('li button')
  .nth(Number(process.argv[2] ?? 3))
  .click()
await shown.waitForTimeout(300)
const picture = sharp(await shown.screenshot()).resize({ width: 1120 })
const out = fileURLToPath(new URL('../docs/deciding.png', import.meta.url))
await picture.png({ palette: true, colours: 128, effort: 10 }).toFile(out)
await browser.close()
rmSync(folder, { recursive: true, force: true })

/** The photos as files on their own background, and as embeddings that say nothing: places alone decide. */
async function saved(photos, part) {
  const listed = []
  const contentHashes = []
  for (const [i, photo] of photos.entries()) {
    const image = from.render(photo)
    const name = from.names[photo.identity]
    const filename = part === 'known' ? `${name}/${name}-${photo.encounter}-${i}.jpg` : `camera-2/photo-${i + 1}.jpg`
    const path = join(folder, part, filename)
    mkdirSync(dirname(path), { recursive: true })
    const opaque = { ...image, data: image.data.map((v, k) => (k % 4 === 3 ? 255 : v)) }
    const bytes = await encodeJpeg(opaque)
    writeFileSync(path, bytes)
    contentHashes.push(createHash('sha256').update(bytes).digest('hex'))
    listed.push({
      filename,
      path,
      flank: 'left',
      ...(part === 'known' ? { identity: name, encounter: `${photo.encounter}` } : {}),
      extra: {},
    })
  }
  const embeddings = { count: listed.length, dim: 2, data: Float32Array.from(listed.flatMap(() => [1, 0])) }
  return { photos: listed, embeddings, contentHashes, skipped: [] }
}
