import { expect, test } from 'vitest'
import { clusterData, madeUpExplanation } from '../../test/report-fixture.ts'
import {
  cmcChart,
  curvesChart,
  explanationsChart,
  identitiesChart,
  similarPairsChart,
  svgDocument,
  svgInline,
} from '../chart/index.ts'
import { cmcOf, explanationsOf, identitiesOf, similarPairsOf } from './channels.ts'
import { explanationWords } from './explanation-words.ts'
import { matchesToExplain } from './explanations.ts'
import { mapCsv } from './map-csv.ts'
import { chartsOf, picturedPhotos, picturesOf } from './pictures.ts'
import { pngOf } from './raster.ts'
import { sheetQueries } from './sheets.ts'
import { topPairs } from './top-pairs.ts'

const clusters = clusterData(
  { identities: 4, photosEach: 5, dim: 6 },
  {
    curves: {
      steps: [1, 2, 3, 4].map((step) => ({ step, epoch: step < 3 ? 1 : 2, loss: 4 / step, learningRate: 0.01 * step })),
      validations: [{ step: 4, epoch: 2, identityBalancedMap: 0.5, map: 0.6, rank1: 0.7 }],
    },
  },
)

const wrong = clusters.photos.findIndex(
  (_, i) => clusters.photos[clusters.neighbours[i]!.photos[0]!]!.identity !== clusters.photos[i]!.identity,
)
const pairs = [0, wrong].map((query, k) =>
  madeUpExplanation(query, k === 0 ? 1 : clusters.neighbours[wrong]!.photos[0]!),
)
const small = { ...clusters, explanations: pairs }
const views = pairs.map(() => ['data:image/jpeg;base64,/9j/', 'data:image/jpeg;base64,/9j/'] as const)

/** Numbers cut to three places, pixels of pictures left out. */
function asText(svg: string): string {
  return svg
    .replace(/base64,[A-Za-z0-9+/=]+/g, 'base64,…')
    .replace(/-?\d+\.\d{4,}/g, (number) => Number(number).toFixed(3))
    .replaceAll('><', '>\n<')
}

test('the pictures, as text', async () => {
  const names: string[] = []
  for await (const picture of picturesOf(small, new Map(), views)) {
    names.push(picture.name)
    await expect(asText(svgInline(picture))).toMatchFileSnapshot(`../../test/charts/${picture.name}.svg.txt`)
  }
  expect(names).toEqual([
    'training-curves',
    'similarity-distributions',
    'cmc',
    'average-precision-by-individual',
    'map-pca',
    'map-tsne',
    'heat-map-similarity',
    'heat-map-distance',
    'similar-pairs-correct',
    'similar-pairs-wrong',
    'retrieval-hardest',
    'retrieval-typical',
    'why-correct',
    'why-wrong',
  ])
})

test('each picture names model, data, split and sample sizes', async () => {
  for await (const picture of picturesOf(small, new Map(), views)) {
    const source =
      picture.name === 'training-curves'
        ? 'model clusters (made-up embeddings) · trained on 30 photos, validated on 20 photos · rosette'
        : 'model clusters (made-up embeddings), flip averaging on · data clusters, validation photos: 20 photos of 4 individuals'
    expect(picture.body).toContain(source)
  }
})

test('the same data give the same bytes, and letters are drawn', async () => {
  const [chart] = chartsOf(small)
  const first = Buffer.from(await pngOf(chart!, { zoom: 1 }))
  const again = Buffer.from(await pngOf(chartsOf(structuredClone(small))[0]!, { zoom: 1 }))
  expect(first.equals(again)).toBe(true)
  const wordless = await pngOf({ ...chart!, body: chart!.body.replace(/<text.*?<\/text>/g, '') }, { zoom: 1 })
  expect(wordless.length).toBeLessThan(0.8 * first.length)
})

test('names from data stay text', async () => {
  const hostile = `<img src=x onerror="alert(1)">&'\u0007\ud800`
  const data = { ...small, title: hostile, identities: small.identities.map((name) => `${name}${hostile}`) }
  const photos = data.photos.map((photo) => ({ ...photo, file: hostile }))
  for await (const picture of picturesOf({ ...data, photos }, new Map(), views)) {
    const svg = svgDocument(picture)
    expect(svg).not.toMatch(/<img|\u0007/)
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    expect((await pngOf(picture, { zoom: 0.2 })).length).toBeGreaterThan(100) // well-formed, or resvg refuses it
  }
})

test('explained matches: right ones of many APs, wrong ones of lowest AP and of highest similarity, no pair twice', () => {
  const matches = matchesToExplain(small, 4)
  const right = matches.filter(({ query }) => small.photos[query]!.rank1)
  expect(right).toHaveLength(4)
  expect(right).toEqual(matches.slice(0, right.length))
  for (const { query, match } of matches) expect(match).toBe(small.neighbours[query]!.photos[0])
  const wrongs = small.photos.flatMap(({ rank1 }, i) => (rank1 === false ? [i] : []))
  const [worst] = [...wrongs].sort((a, b) => small.photos[a]!.ap! - small.photos[b]!.ap! || a - b)
  const similarity = (query: number) => small.neighbours[query]!.similarities[0]!
  const [surest] = [...wrongs].sort((a, b) => similarity(b) - similarity(a) || a - b)
  expect(matches[right.length]!.query).toBe(worst)
  expect(matches.slice(right.length).map(({ query }) => similarity(query))).toContain(similarity(surest!))
  expect(new Set(matches.map(({ query, match }) => Math.min(query, match) * 100 + Math.max(query, match))).size).toBe(
    matches.length,
  )
  expect(matchesToExplain(small, 0)).toEqual([])
})

test('the one right match among many is explained', () => {
  const photos = small.photos.map((photo, i) => ({ ...photo, rank1: i === 7, ap: i / 20 }))
  expect(matchesToExplain({ ...small, photos }, 2)[0]).toEqual({ query: 7, match: small.neighbours[7]!.photos[0] })
})

test('heat that is no better than chance says so, without −0.000', () => {
  const deletion = { cells: 1, lost: -0.0002, lostAtRandom: 0.0003, deviation: 0.0001 }
  const explanations = pairs.map((pair) => ({ ...pair, deletion }))
  const { body } = explanationsChart(explanationsOf({ ...small, explanations }, true, views))!
  const words = body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  expect(words).toContain('lowers it by 0.000; covering 1 random cell, by 0.000 ± 0.000.')
  expect(words).toContain('No more than chance')
  expect(explanationsChart(explanationsOf(small, true, views))!.body).not.toContain('No more than chance')
  const warning = Number(/y="([\d.]+)"[^>]*>No more than chance/.exec(body)![1])
  const photo = Number(/<image [^>]*y="([\d.]+)"/.exec(body)![1])
  expect(warning).toBeLessThan(photo) // the verdict stands above
  expect(body).toContain('class="grey"')
  expect(body).not.toMatch(/<rect [^>]*class="(different|same)"/)
})

test('a part is never told to be more than the whole', () => {
  const words = (given: Partial<(typeof pairs)[number]>) => explanationWords({ ...pairs[0]!, ...given }).join(' ')
  expect(words({})).toContain('The heat adds up to 0.790, the similarity without mirror images.')
  const more = words({ similarity: 0.75, explained: 0.8 })
  expect(more).toContain('The heat adds up to 0.800, the similarity without mirror images.')
  expect(words({ explained: 0.8125 })).toContain('Cosine similarity 0.8125. The heat adds up to it.')
  expect(words({ method: 'occlusion' })).not.toContain('adds up')
  const several = { ...pairs[0]!.deletion, cells: 10 }
  expect(words({ deletion: several })).toContain("the query's 10 hottest cells lowers")
  const lost = { ...pairs[0]!.deletion, lost: 0.9 }
  expect(words({ deletion: lost })).toContain('lowers it by 0.900, to −0.088;')
})

test('as many matches are drawn as are explained', () => {
  const many = { ...small, explanations: Array.from({ length: 7 }, () => pairs[0]!) }
  const sevenViews = Array.from({ length: 7 }, () => views[0]!)
  const { body } = explanationsChart(explanationsOf(many, true, sevenViews))!
  expect(body.match(/<image /g)).toHaveLength(14)
})

test('pairs: each once, the most similar first, right and wrong apart', () => {
  for (const same of [true, false]) {
    const pairs = topPairs(small, same, 1000)
    expect(pairs).toHaveLength(same ? 4 * 10 : 190 - 40)
    expect(new Set(pairs.map(({ a, b }) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size).toBe(pairs.length)
    expect(pairs.every(({ a, b }) => (small.photos[a]!.identity === small.photos[b]!.identity) === same)).toBe(true)
    const similarities = pairs.map(({ similarity }) => similarity)
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a))
  }
})

test('sheets: the lowest AP first, and from the lowest to the highest', () => {
  const ap = small.photos.map((photo) => photo.ap!)
  const sorted = [...ap].sort((a, b) => a - b)
  expect(sheetQueries(small, 'hardest').map((i) => ap[i])).toEqual(sorted.slice(0, 8))
  const typical = sheetQueries(small, 'typical').map((i) => ap[i]!)
  expect(typical).toHaveLength(8)
  expect(typical).toEqual([...typical].sort((a, b) => a - b))
  expect(typical[7]).toBeGreaterThanOrEqual(sorted[17]!)
})

test('a shared report: no names, no photos, the same numbers', async () => {
  const shared = clusterData(
    { identities: 4, photosEach: 5, dim: 6 },
    { share: true, config: { weights: 'home/me/w.bin', seed: 3 } },
  )
  const text = JSON.stringify(shared)
  expect(text).not.toMatch(/photo_|camera_|e0-|me\//)
  for (const name of small.identities) expect(text).not.toContain(name)
  expect(shared.config).toEqual({ weights: 'w.bin', seed: 3 })
  expect(shared.metrics).toEqual(small.metrics)
  expect(picturedPhotos(shared)).toEqual([])
  const names: string[] = []
  for await (const { name } of picturesOf(shared, new Map())) names.push(name)
  expect(names).not.toContain('retrieval-hardest')
})

test('bars stay bars for hundreds of individuals', () => {
  const many = clusterData({ identities: 320, photosEach: 2, dim: 4 })
  const { body, height } = identitiesChart(identitiesOf(many))
  expect(body).not.toMatch(/width="-/)
  expect(height).toBe(150 + 80 * 17) // four columns
})

test('what the encounter leaves out is said, and ranks of weak models stand above the axis', () => {
  const metrics = { ...small.metrics, cmc: small.metrics.cmc.map((_, i) => 0.058 + i / 50) }
  const [plain, excluding] = ([null, 'encounter'] as const).map((excludeSame) => ({
    ...small,
    metrics: { ...metrics, excludeSame },
  }))
  expect(cmcChart(cmcOf(plain!)).body).not.toContain('encounter')
  expect(cmcChart(cmcOf(excluding!)).body).toContain('those of the query&#39;s individual and encounter left out')
  expect(similarPairsChart(similarPairsOf(plain!, true, new Map()))!.body).not.toContain('are left out')
  expect(similarPairsChart(similarPairsOf(excluding!, true, new Map()))!.body).toContain(
    'individual and encounter are left out',
  )
  const y = (pattern: RegExp) => Number(pattern.exec(cmcChart(cmcOf(plain!)).body)![1])
  expect(y(/y="([\d.]+)"[^>]*>rank-1: 5.8 %/)).toBeLessThan(y(/<circle [^>]*cy="([\d.]+)"/))
})

test('map.csv runs no formula in a spreadsheet, and numbers stay numbers', () => {
  const photos = small.photos.map((photo) => ({ ...photo, file: '=HYPERLINK("x")', flank: '@left' }))
  const [, line] = mapCsv({ ...small, photos }).split('\n')
  expect(line).toMatch(/^"'=HYPERLINK\(""x""\)",/)
  expect(line).toContain(",'@left,")
  expect(line!.split(',').slice(-4).map(Number)).toEqual(small.projections.flatMap(({ x, y }) => [x[0], y[0]]))
})

test('without a log there are no curves', () => {
  expect(curvesChart(null, '')).toBeUndefined()
})
