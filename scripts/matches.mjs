// Draws docs/matched-places.png: places of the coat that local matching finds again on drawn jaguars, between photos of one animal at different
// encounters, and between two animals. Counts them in results/matched-places-procedural-jaguars.csv. Run it after a build: `node scripts/matches.mjs`.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { matchedPlacesChart, svgDocument } from '../dist/chart/index.js'
import { encodeJpeg } from '../dist/images/index.js'
import { openMatcher, packFeatures, rootSift, siftDefaults } from '../dist/local/index.js'
import { ortBackend } from '../dist/runtime/index.js'
import { studio } from '../dist/synth/index.js'

const from = studio({ identities: 12, seed: 0, widthPx: 512, heightPx: 352 })
const left = from.photos.filter(({ split, shot, flank }) => split === 'train' && shot === 0 && flank === 'left')
const [known, asked] = [0, 1].map((turn) =>
  from.names.map((_, identity) => left.filter((photo) => photo.identity === identity)[turn]).filter(Boolean),
)
const extractor = rootSift({ threads: 2 })
const look = (photos) => Promise.all(photos.map((photo) => extractor.extract({ image: from.render(photo) })))
const [gallery, queries] = [await look(known), await look(asked)]
await extractor.release()
const matcher = await openMatcher(packFeatures(gallery, extractor.dim), await ortBackend({ threads: 2 }))
const all = known.map((_, i) => i)
const pairs = []
for (const [q, query] of asked.entries()) {
  const { matches } = await matcher.answer(queries[q], { neighbours: 4, shortlist: () => all })
  for (const [g, match] of matches) pairs.push({ q, g, same: known[g].identity === query.identity, ...match })
}
await matcher.release()
const ranked = (same) => pairs.filter((pair) => pair.same === same).sort((a, b) => b.weight - a.weight)
const drawnPlaces = 40
const middle = ranked(true)[Math.floor(ranked(true).length / 2)]
const drawn = await Promise.all([middle, ranked(false)[0]].map(draw))
const picture = matchedPlacesChart({
  pairs: drawn,
  source: `RootSIFT, ${siftDefaults.keypoints} keypoints in the mask at most; drawn jaguars of rosette synth`,
})
const out = fileURLToPath(new URL('../docs/matched-places.png', import.meta.url))
writeFileSync(
  out,
  await sharp(Buffer.from(svgDocument(picture)))
    .resize({ width: 880 })
    .png({ palette: true, colours: 128, effort: 10 })
    .toBuffer(),
)
const counted = [middle, ranked(false)[0]].map((shown) => {
  const places = pairs.filter(({ same }) => same === shown.same).map(({ inliers }) => inliers.length)
  const numbers = [
    siftDefaults.keypoints,
    places.length,
    Math.min(...places),
    Math.max(...places),
    shown.inliers.length,
  ]
  return [shown.same ? 'one animal' : 'two animals', ...numbers].join(',')
})
const table = ['pairs_of,keypoints_at_most,pairs,fewest_places,most_places,places_of_the_pair_shown', ...counted].join(
  '\n',
)
writeFileSync(fileURLToPath(new URL('../results/matched-places-procedural-jaguars.csv', import.meta.url)), `${table}\n`)
console.log(table)

async function draw({ q, g, same, inliers, correspondences }) {
  const at = (i) => {
    const [a, b] = [queries[q].keypoints, gallery[g].keypoints]
    const [k, l] = [correspondences.query[i] * 4, correspondences.photo[i] * 4]
    return [a[k], a[k + 1], b[l], b[l + 1]]
  }
  const agree = new Set(inliers)
  const photos = await Promise.all(
    [asked[q], known[g]].map(async (photo) => {
      const image = from.render(photo)
      const opaque = { ...image, data: image.data.map((v, i) => (i % 4 === 3 ? 255 : v)) }
      const jpeg = Buffer.from(await encodeJpeg(opaque)).toString('base64')
      return {
        image: `data:image/jpeg;base64,${jpeg}`,
        widthPx: image.width,
        heightPx: image.height,
        name: from.names[photo.identity],
      }
    }),
  )
  const names = photos.map(({ name }) => name)
  return {
    photos,
    places: [...agree].filter((_, i) => i % Math.ceil(agree.size / drawnPlaces) === 0).map(at),
    astray: [...correspondences.query.keys()].filter((i) => !agree.has(i)).map(at),
    title: same
      ? `${names[0]} at two encounters: ${agree.size} places agree, of which some are drawn`
      : `${names.join(' and ')}: ${agree.size} places agree, the strongest match of two animals`,
  }
}
