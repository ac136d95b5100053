/**
 * How should places of a coat and an embedding become one score, and those of two matchers? Ways to fuse are tried on two sets of individuals, and told on a
 * third that no choice has seen, and on all individuals together. Differences between ways come with the paired bootstrap over individuals. Writes results/fusion-<data>.csv
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
  type JointAnswer,
  type JointMatch,
  type LocalExtractor,
  type LocalFeatures,
  localSimilarities,
  openExtractor,
  openJointMatcher,
  shortlistOf,
  type WeighedAnswer,
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
    /** Photos of the longest shortlist that is tried where it may be chosen. */
    widest: { type: 'string', default: '25' },
    threads: { type: 'string', default: '1' },
  },
})
const { data, locate, matcher: matchers } = values
check(data !== '' && values.model !== '', 'bench fusion: expected --data and --model')
const threads = Number(values.threads)

/** A query of a set: its cosines with the gallery, and what its places say, by every matcher, of all photos that any way asks about. */
interface Asked {
  readonly cosines: Float32Array
  readonly answer: JointAnswer
}

/** What a way looks at. */
interface Look {
  /** Of the matchers, by their places in the list, and what each counts. */
  readonly shares: ReadonlyMap<number, number>
  readonly shortlist: number
  readonly by: 'votes and similarity' | 'votes' | 'similarity'
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
const jointShares = [0.1, 0.25, 0.5, 1] as const
const settledShare = 0.25
const standard = { shortlist: fusionDefaults.shortlist, by: 'votes and similarity' } as const
const choosing = ['1', '2']
const scoreNames = ['rank1', 'rank5', 'map', 'identityBalancedMap'] as const
const header = ['date', 'data', 'set', 'role', 'queries', 'gallery_photos', 'individuals', 'source', ...scoreNames]
const ends = ['rank1_low', 'rank1_high', 'ib_map_low', 'ib_map_high']
const file = join(root, 'results', `fusion-${basename(data)}${locate === undefined ? '-whole-photos' : ''}.csv`)
const rows: string[][] = []
const scored = new Map<string, readonly PairedQuery[]>()

const [known, asked] = await bothSides()
const extractors: LocalExtractor[] = []
const found: (readonly [asked: readonly LocalFeatures[], known: readonly LocalFeatures[]])[] = []
for (const word of matchers) {
  const extractor = word === 'coat' ? await ownCoat() : await openExtractor(word, { threads })
  extractors.push(extractor)
  found.push([await featuresOf(extractor, asked), await featuresOf(extractor, known)])
}
const sources = sourcesOf()
const pairs = new Map<string, EvidentPairs[]>()
for (const set of values.sets.split(',').map(individualsOf)) {
  const isChoosing = choosing.includes(set.name)
  const answers = await answersOf(set, isChoosing ? Number(values.widest) : fusionDefaults.shortlist)
  for (const [name, shares] of sources) {
    const learnt = pairs.get(name) ?? []
    for (const [way, similarities] of waysOf(name, shares, { learnt, isChoosing }))
      score(set, way, answers.map(similarities))
    if (isChoosing) pairs.set(name, [...learnt, evidentPairs(set, answers, shares)])
  }
  save()
}
for (const extractor of extractors) await extractor.release()
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

/** The matchers one by one, and all of them together: the first counts 1, the others `settledShare`. */
function sourcesOf(): (readonly [string, ReadonlyMap<number, number>])[] {
  const alone = matchers.map((word, m) => [word, new Map([[m, 1]])] as const)
  return matchers.length === 1 ? alone : [...alone, [matchers.join(' + '), sharesOf(settledShare)]]
}

function sharesOf(share: number): ReadonlyMap<number, number> {
  return new Map(matchers.map((_, m) => [m, m === 0 ? 1 : share]))
}

async function answersOf({ name, queries, gallery }: Individuals, widest: number): Promise<Asked[]> {
  const cosines = cosineSimilarity(pickRows(asked.embeddings, queries), pickRows(known.embeddings, gallery))
  const features = found.map(([, ofGallery]) => gallery.map((photo) => ofGallery[photo]!))
  const matcher = await openJointMatcher({ extractors, features }, await ortBackend({ threads }))
  const names = gallery.map((photo) => known.photos[photo]!.identity!)
  const individuals = names.map((identity) => names.indexOf(identity))
  const answers: Asked[] = []
  for (const [i, query] of queries.entries()) {
    const row = cosines.subarray(i * gallery.length, (i + 1) * gallery.length)
    const answer = await matcher.answer(
      found.map(([ofQueries]) => ofQueries[query]!),
      {
        ...{ neighbours: 4, individuals },
        shortlist: ({ parts }) => [...new Set([row, ...parts].flatMap((scores) => shortlistOf(scores, widest)))],
      },
    )
    answers.push({ cosines: row, answer })
    process.stderr.write(`\rset ${name}: ${i + 1} of ${queries.length} `)
  }
  await matcher.release()
  process.stderr.write('\n')
  return answers
}

/** What these matchers by themselves would have answered with this shortlist: what each finds depends neither on the others nor on the shortlist. */
function looked(
  { cosines, answer }: Asked,
  { shares, shortlist, by }: Look,
): Pick<WeighedAnswer, 'votes'> & Pick<JointAnswer, 'matches'> {
  const own = [...shares]
  const votes = own.map(([m]) => answer.votes.parts[m]!)
  const lists = [...(by === 'similarity' ? [] : votes), ...(by === 'votes' ? [] : [cosines])]
  const photos = [...new Set(lists.flatMap((scores) => shortlistOf(scores, shortlist)))]
  const matchOf = ({ parts }: JointMatch): JointMatch => ({
    weight: own.reduce((sum, [m, share]) => sum + share * parts[m]!.weight, 0),
    places: Float32Array.from(own.flatMap(([m]) => [...parts[m]!.places])),
    parts: own.map(([m]) => parts[m]!),
  })
  return {
    votes: {
      photos: Float64Array.from(cosines, (_, p) => own.reduce((sum, [, share], i) => sum + share * votes[i]![p]!, 0)),
    },
    matches: new Map(photos.map((photo) => [photo, matchOf(answer.matches.get(photo)!)])),
  }
}

/** What is tried, all of it where it may be chosen; what has to be learnt is learnt from pairs of the sets before, as far as they choose. */
function waysOf(
  word: string,
  shares: ReadonlyMap<number, number>,
  { learnt, isChoosing }: { readonly learnt: readonly EvidentPairs[]; readonly isChoosing: boolean },
): (readonly [string, Way])[] {
  const fused = (look: Partial<Look> = {}, config: Partial<FusionConfig> = {}): Way => {
    const whole = { ...fusionDefaults, ...config }
    return (one) => fusedSimilarities(one.cosines, looked(one, { shares, ...standard, ...look }), whole)
  }
  const local =
    (look: Partial<Look> = {}): Way =>
    (one) =>
      localSimilarities(looked(one, { shares, ...standard, by: 'votes', ...look }))
  const kinds = learnt.length === 0 ? [] : (['mean', 'pairHead'] as const)
  const settled = [
    ['embedding', ({ cosines }: Asked) => cosines],
    [`${word}, local`, local()],
    [`${word}, fused`, fused()],
    ...kinds.map((kind) => [`${word}, ${kind}`, learntWay(fitFusion(kind, joined(learnt)), shares)] as const),
  ] as const
  if (!isChoosing) return [...settled]
  const wide = Number(values.widest)
  const wider = wide === fusionDefaults.shortlist ? [] : [wide]
  return [
    ...settled,
    ...(shares.size > 1 ? [] : sureWeights).map(
      (sureWeight) => [`${word}, fused, sureWeight ${sureWeight}`, fused({}, { sureWeight })] as const,
    ),
    ...(shares.size > 1 ? jointShares : []).flatMap((share) => [
      [`${word}, local, share ${share}`, local({ shares: sharesOf(share) })] as const,
      [`${word}, fused, share ${share}`, fused({ shares: sharesOf(share) })] as const,
    ]),
    ...wider.flatMap((shortlist) => [
      [`${word}, local, shortlist of ${shortlist}`, local({ shortlist })] as const,
      [`${word}, fused, shortlist of ${shortlist}`, fused({ shortlist })] as const,
    ]),
    [`${word}, fused, shortlist by votes alone`, fused({ by: 'votes' })],
    [`${word}, fused, shortlist by similarity alone`, fused({ by: 'similarity' })],
  ]
}

function learntWay(fusion: Parameters<typeof fusedScore>[0], shares: ReadonlyMap<number, number>): Way {
  return (one) => {
    const { matches } = looked(one, { shares, ...standard })
    return one.cosines.map((similarity, photo) => fusedScore(fusion, evidence(similarity, matches.get(photo))))
  }
}

function evidence(similarity: number, match: JointMatch | undefined): PairEvidence {
  return { similarity, local: evidenceOf(match, fusionDefaults) }
}

function evidentPairs(
  { queries, gallery }: Individuals,
  answers: readonly Asked[],
  shares: ReadonlyMap<number, number>,
): EvidentPairs {
  const all = answers.flatMap((one, i) => {
    const { matches } = looked(one, { shares, ...standard })
    return gallery.map((photo, g) => ({
      evidence: evidence(one.cosines[g]!, matches.get(g)),
      same: known.photos[photo]!.identity === asked.photos[queries[i]!]!.identity ? 1 : 0,
    }))
  })
  return { evidence: all.map((pair) => pair.evidence), same: all.map(({ same }) => same), matchers: shares.size }
}

function joined(pairs: readonly EvidentPairs[]): EvidentPairs {
  return {
    matchers: pairs[0]?.matchers,
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

/** Fused beside either of what it is made of, matchers beside the first, and all of them together beside each. */
function compareWays(set: Individuals): void {
  const [first, ...others] = matchers
  const words = sources.map(([word]) => word)
  const together = words.filter((word) => !matchers.includes(word))
  const wanted = [
    ...words.flatMap((word) => [
      ['embedding', `${word}, fused`],
      [`${word}, local`, `${word}, fused`],
    ]),
    ...others.flatMap((word) => ['local', 'fused'].map((how) => [`${first}, ${how}`, `${word}, ${how}`])),
    ...together.flatMap((word) =>
      matchers.flatMap((part) => ['local', 'fused'].map((how) => [`${part}, ${how}`, `${word}, ${how}`])),
    ),
    ...together.map((word) => [`${first}, fused`, `${word}, pairHead`]),
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
