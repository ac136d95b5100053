// Draws docs/jaguars.png: four procedural jaguars, a row each, three of its photos from the left and three from the right, at
// different encounters. Run it after a build: `node scripts/picture.mjs`.
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { contactSheet, studio } from '../dist/synth/index.js'

const [rows, perFlank] = [4, 3]
const from = studio({ identities: 24, seed: 0 })

/** The first photo of each of the individual's first encounters, left flank first. */
function photosOf(identity) {
  const first = from.photos.filter((p) => p.identity === identity && p.split === 'train' && p.shot === 0)
  return ['left', 'right'].flatMap((flank) => first.filter((p) => p.flank === flank).slice(0, perFlank))
}

const photos = Array.from({ length: rows }, (_, identity) => photosOf(identity)).flat()
const sheet = contactSheet(
  photos.map((photo) => from.render(photo)),
  { columns: 2 * perFlank },
)
const { width, height, data } = sheet
const out = fileURLToPath(new URL('../docs/jaguars.png', import.meta.url))
await sharp(data, { raw: { width, height, channels: 4 } })
  .resize({ width: 880 })
  .png({ palette: true, colours: 96, effort: 10 })
  .toFile(out)
