/**
 * How should places of a coat and an embedding become one score? Ways to fuse are tried on two sets of individuals, and told on a third that no choice
 * has seen, and on all individuals together. Differences between ways come with the paired bootstrap over individuals. Writes results/fusion-<data>.csv
 * (`-whole-photos` without `--locate`) anew.
 *
 *     node scripts/bench.mjs fusion --data nyala-512 --locate isnet.onnx --model resnet50-imagenet.onnx --matcher sift --matcher coat
 *
 * `data` is a Kaggle folder with test_identities.csv beside its tables: queries are the test photos, the gallery the training photos. Set n has every
 * third individual by name, from the n-th on.
 */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText, formatTable } from '../src/base/index.ts'
import { type EvidentPairs, fitFusion, fusedScore, type PairEvidence } from '../src/calibration/index.ts'
import { type Manifest, openDataset } from '../src/data/index.ts'
import { embedCached, openModel, type PhotoEmbeddings } from '../src/embedder/index.ts'
import { evidenceOf } from '../src/identify/index.ts'
import {
  coatDescriptor,
  extractPhotos,
  type FusionConfig,
  fusedSimilarities,
  fusionDefaults,
  type LocalAnswer,
  type LocalExtractor,
  type LocalFeatures,
  localSimilarities,
  openExtractor,
  openMatcher,
  packFeatures,
  shortlistOf,
} from '../src/local/index.ts'
import { locatePhotos, openLocator } from '../src/locate/index.ts'
import {
  comparePaired,
  cosineSimilarity,
  evaluateSimilarities,
  type PairedQuery,
  pickRows,
  statisticsOf,
} from '../src/retrieval/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { root, today } from './command.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    locate: { type: 'string' },
    model: { type: 'string', default: '' },
    'model-config': { type: 'string' },
    matcher: { type: 'string', multiple: true, default: ['sift'] },
    /** 1, 2, 3, or all individuals. */
    sets: { type: 'string', default: '1,2,3,all' },
    threads: { type: 'string', default: '1' },
  },
})
const { data, locate, matcher: matchers } = values
check(data !== '' && values.model !== '', 'bench fusion: expected --data and --model')
const threads = Number(values.threads)

/** A query of a set: its cosines with the gallery, and what its places say. */
interface Asked {
  readonly cosines: Float32Array
  readonly answer: LocalAnswer
  readonly byVotes: ReadonlySet<number>
  readonly byCosine: ReadonlySet<number>
}

/** Queries and a gallery by their places among all photos. */
interface Individuals {
  readonly name: string
  readonly queries: readonly number[]
  readonly gallery: readonly number[]
}

/** From what is known of a query to its similarities with the gallery. */
type Way = (asked: Asked) => Float32Array

const sureWeights = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 3] as const
const choosing = ['1', '2']
const scoreNames = ['rank1', 'rank5', 'map', 'identityBalancedMap'] as const
const header = ['date', 'data', 'set', 'role', 'queries', 'gallery_photos', 'individuals', 'source', ...scoreNames]
const ends = ['rank1_low', 'rank1_high', 'ib_map_low', 'ib_map_high']
const file = join(root, 'results', `fusion-${basename(data)}${locate === undefined ? '-whole-photos' : ''}.csv`)
const rows: string[][] = []
const scored = new Map<string, readonly PairedQuery[]>()

const [known, asked] = await bothSides()
for (const word of matchers) {
  const extractor = word === 'coat' ? await ownCoat() : await openExtractor(word, { threads })
  const [features, queries] = [await featuresOf(extractor, known), await featuresOf(extractor, asked)]
  const pairs: EvidentPairs[] = []
  for (const set of values.sets.split(',').map(individualsOf)) {
    const answers = await answersOf(extractor, set, [queries, features])
    for (const [name, way] of waysOf(word, pairs)) score(set, name, answers.map(way))
    if (choosing.includes(set.name)) pairs.push(evidentPairs(set, answers))
    save()
  }
  await extractor.release()
}
for (const set of values.sets.split(',').map(individualsOf)) compareWays(set)
save()
console.log(
  formatTable(
    ['set', 'source', ...scoreNames, ...ends],
    rows.map((row) => [row[2]!, ...row.slice(7)]),
  ),
)

function save(): void {
  writeFileSync(file, csvText([[...header, ...ends], ...rows]))
}

function ownCoat(): Promise<LocalExtractor> {
  return coatDescriptor({ threads, weights: join(root, 'presets', 'coat-descriptor.safetensors') })
}

/** Embeddings of known and of new photos, the animals found on them. */
async function bothSides(): Promise<[PhotoEmbeddings, PhotoEmbeddings]> {
  const sides = [openDataset(data), openDataset(join(data, 'test_identities.csv'), { images: join(data, 'test/test') })]
  const found: Manifest[] = []
  if (locate === undefined) found.push(...sides)
  else {
    const locator = await openLocator(locate, {})
    for (const side of sides) found.push(await locatePhotos(locator, side, {}))
    await locator.release()
  }
  const embedder = await openModel(values.model, { threads, tta: 'flip', modelConfig: values['model-config'] })
  const embedded = [await embedCached(embedder, found[0]!), await embedCached(embedder, found[1]!)] as const
  await embedder.release()
  return [...embedded]
}

async function featuresOf(extractor: LocalExtractor, { photos }: PhotoEmbeddings): Promise<readonly LocalFeatures[]> {
  return (await extractPhotos(extractor, photos)).features
}

function individualsOf(name: string): Individuals {
  const names = [...new Set(known.photos.flatMap(({ identity }) => identity ?? []))].sort()
  const chosen = new Set(name === 'all' ? names : names.filter((_, i) => i % 3 === Number(name) - 1))
  const of = ({ photos }: PhotoEmbeddings) =>
    photos.flatMap(({ identity = '' }, i) => (chosen.has(identity) ? [i] : []))
  return { name, queries: of(asked), gallery: of(known) }
}

async function answersOf(
  extractor: LocalExtractor,
  { name, queries, gallery }: Individuals,
  [ofQueries, ofGallery]: readonly [readonly LocalFeatures[], readonly LocalFeatures[]],
): Promise<Asked[]> {
  const cosines = cosineSimilarity(pickRows(asked.embeddings, queries), pickRows(known.embeddings, gallery))
  const packed = packFeatures(
    gallery.map((photo) => ofGallery[photo]!),
    extractor.dim,
  )
  const matcher = await openMatcher(packed, await ortBackend({ threads }), extractor.rule)
  const names = gallery.map((photo) => known.photos[photo]!.identity!)
  const individuals = names.map((identity) => names.indexOf(identity))
  const answers: Asked[] = []
  for (const [i, query] of queries.entries()) {
    const row = cosines.subarray(i * gallery.length, (i + 1) * gallery.length)
    const byCosine = new Set(shortlistOf(row, fusionDefaults.shortlist))
    let byVotes: ReadonlySet<number> = new Set()
    const shortlist = ({ photos }: { readonly photos: Float64Array }) => {
      byVotes = new Set(shortlistOf(photos, fusionDefaults.shortlist))
      return [...new Set([...byVotes, ...byCosine])]
    }
    const answer = await matcher.answer(ofQueries[query]!, { neighbours: 4, individuals, shortlist })
    answers.push({ cosines: row, answer, byVotes, byCosine })
    process.stderr.write(`\r${extractor.name}, set ${name}: ${i + 1} of ${queries.length} `)
  }
  await matcher.release()
  process.stderr.write('\n')
  return answers
}

/** What is tried; what has to be learnt is learnt from pairs of the sets before, as far as they choose. */
function waysOf(word: string, pairs: readonly EvidentPairs[]): (readonly [string, Way])[] {
  const only = (answer: LocalAnswer, photos: ReadonlySet<number>): LocalAnswer => ({
    ...answer,
    matches: new Map([...answer.matches].filter(([photo]) => photos.has(photo))),
  })
  const fused = (config: Partial<FusionConfig>, listed?: 'byVotes' | 'byCosine'): Way => {
    const complete = { ...fusionDefaults, ...config }
    return (one) =>
      fusedSimilarities(one.cosines, listed === undefined ? one.answer : only(one.answer, one[listed]), complete)
  }
  const learnt = pairs.length === 0 ? [] : (['mean', 'pairHead'] as const)
  return [
    ['embedding', ({ cosines }) => cosines],
    [`${word}, local`, ({ answer, byVotes }) => localSimilarities(only(answer, byVotes))],
    [`${word}, fused`, fused({})],
    ...sureWeights.map((sureWeight) => [`${word}, fused, sureWeight ${sureWeight}`, fused({ sureWeight })] as const),
    [`${word}, fused, shortlist by votes alone`, fused({}, 'byVotes')],
    [`${word}, fused, shortlist by similarity alone`, fused({}, 'byCosine')],
    ...learnt.map((kind) => [`${word}, ${kind}`, learntWay(fitFusion(kind, joined(pairs)))] as const),
  ]
}

function learntWay(fusion: Parameters<typeof fusedScore>[0]): Way {
  return (one) => Float32Array.from(one.cosines, (_, photo) => fusedScore(fusion, evidence(one, photo)))
}

function evidence({ cosines, answer }: Asked, photo: number): PairEvidence {
  return { similarity: cosines[photo]!, local: evidenceOf(answer.matches.get(photo), fusionDefaults) }
}

function evidentPairs({ queries, gallery }: Individuals, answers: readonly Asked[]): EvidentPairs {
  const all = answers.flatMap((one, i) =>
    gallery.map((photo, g) => ({
      evidence: evidence(one, g),
      same: known.photos[photo]!.identity === asked.photos[queries[i]!]!.identity ? 1 : 0,
    })),
  )
  return { evidence: all.map((pair) => pair.evidence), same: all.map(({ same }) => same) }
}

function joined(pairs: readonly EvidentPairs[]): EvidentPairs {
  return {
    evidence: pairs.flatMap(({ evidence: some }) => some),
    same: pairs.flatMap(({ same }) => Array.from(same)),
  }
}

function score(set: Individuals, source: string, similarities: readonly Float32Array[]): void {
  const key = `${set.name} ${source}`
  if (scored.has(key)) return // the embedding alone, again
  const { queries, gallery } = set
  const names = ({ photos }: PhotoEmbeddings, places: readonly number[]) => places.map((i) => photos[i]!.identity!)
  const all = new Float32Array(queries.length * gallery.length)
  similarities.forEach((row, i) => all.set(row, i * gallery.length))
  const metrics = evaluateSimilarities({
    similarities: all,
    queries: { identities: names(asked, queries) },
    gallery: { identities: names(known, gallery) },
  })
  scored.set(
    key,
    metrics.perQuery.map(({ query, firstMatch, ...one }) => ({ ...one, query: String(query), rank: firstMatch })),
  )
  const { rank1, identityBalancedMap } = statisticsOf(metrics.perQuery).intervals.identity?.scores ?? {}
  const numbers = scoreNames.map((name) => metrics[name])
  rows.push(rowOf(set, source, numbers, [...(rank1 ?? []), ...(identityBalancedMap ?? [])]))
  process.stderr.write(`${rows.at(-1)!.slice(2).join(' ')}\n`)
}

/** Fused beside either of what it is made of, and matchers beside the first. */
function compareWays(set: Individuals): void {
  const [first, ...others] = matchers
  const wanted = [
    ...matchers.flatMap((word) => [
      ['embedding', `${word}, fused`],
      [`${word}, local`, `${word}, fused`],
    ]),
    ...others.flatMap((word) => ['local', 'fused'].map((how) => [`${first}, ${how}`, `${word}, ${how}`])),
  ]
  for (const [a = '', b = ''] of wanted) {
    const [from, to] = [a, b].map((name) => scored.get(`${set.name} ${name}`))
    if (from === undefined || to === undefined) continue
    const { scores } = comparePaired(from, to)
    const numbers = scoreNames.map((name) => scores[name]?.difference)
    const bounds = [...(scores.rank1?.interval ?? []), ...(scores.identityBalancedMap?.interval ?? [])]
    rows.push(rowOf(set, `difference: ${b} − ${a}`, numbers, bounds))
  }
}

function rowOf(
  { name, queries, gallery }: Individuals,
  source: string,
  numbers: readonly (number | undefined)[],
  bounds: readonly number[],
): string[] {
  const individuals = new Set(gallery.map((photo) => known.photos[photo]!.identity)).size
  const role = choosing.includes(name) ? 'chooses' : name === 'all' ? 'told, two thirds of it chose' : 'told'
  const facts = [today(), basename(data), name, role, queries.length, gallery.length, individuals, source].map(String)
  const fixed = (value: number | undefined) => value?.toFixed(4) ?? ''
  return [...facts, ...numbers.map(fixed), ...bounds.map(fixed)]
}
