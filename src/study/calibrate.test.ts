import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { Rng } from '../base/index.ts'
import { fitFusion, fusedScore } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import {
  type CalibrationRecord,
  identifyPhotos,
  type LocalResult,
  meetingOf,
  olderCalibration,
  readCalibration,
  writeCalibration,
} from '../identify/index.ts'
import type { JointMatch } from '../local/index.ts'
import { calibrateWay } from './calibrate.ts'
import { calibrateModel } from './calibrate-model.ts'
import { LabelledPairs } from './labelled-pairs.ts'

const dim = 12

/** Photos of individuals whose embeddings lie around a centre of their own, by `noise`. */
function photosOf(prefix: string, individuals: number, noise: number): PhotoEmbeddings {
  const rng = new Rng(prefix)
  const photos: PhotoEmbeddings['photos'][number][] = []
  const data: number[] = []
  for (let i = 0; i < individuals; i++) {
    const centre = Array.from({ length: dim }, () => rng.normal())
    for (let shot = 0; shot < 3; shot++) {
      const filename = `${prefix}${i}-${shot}`
      photos.push({ filename, path: filename, identity: `${prefix}${i}`, extra: {} })
      data.push(...centre.map((value) => value + noise * rng.normal()))
    }
  }
  const embeddings = { count: photos.length, dim, data: Float32Array.from(data) }
  return { embeddings, photos, contentHashes: photos.map(({ filename }) => filename), skipped: [] }
}

/** Places that agree: many for photos of one individual, few for others, or as many. */
function matched({ photos }: PhotoEmbeddings, useful: boolean, seed = 'places'): LocalResult {
  const rng = new Rng(seed)
  const matches = photos.map(({ identity }, query) => {
    const of = photos.flatMap((photo, g): [number, JointMatch][] => {
      if (g === query) return []
      const inliers = rng.int(6) + (useful && photo.identity === identity ? 8 : 0)
      const nothing = { query: new Int32Array(), photo: new Int32Array(), cosine: new Float32Array() }
      const verified = { inliers: new Int32Array(inliers), share: 0.5, coverage: 0.2, scaleSpread: 0.1 }
      const [weight, places] = [inliers / 10, new Float32Array(4 * inliers)]
      return [[g, { weight, places, parts: [{ ...verified, correspondences: nothing, weight, places }] }]]
    })
    return new Map(of)
  })
  const alone = (query: number) =>
    Float32Array.from(photos, (_, photo) => (matches[query]!.get(photo)?.places.length ?? 0) / 64)
  const byVotes = () => new Float32Array(photos.length)
  return { adjust: (_, row) => row, alone, byVotes, matches, mirrored: photos.map(() => new Map()) }
}

const model = { name: 'drawn', fingerprint: 'a'.repeat(64) }
const known = photosOf('known', 24, 0.5)
const about = { ...meetingOf(known, undefined), model, data: 'drawn' }

test('probabilities hold on individuals that they were not fitted on, and absent ones are not named', () => {
  const record = calibrateModel(about)
  const { measured } = record.embedding
  expect(measured).toMatchObject({ known: 72, absent: 72, individuals: 24, folds: 5 })
  expect(measured!.rank1).toBeGreaterThan(0.8)
  expect(measured!.ece).toBeLessThan(0.1)
  expect(measured!.absentNamed).toBeLessThanOrEqual(7)
  expect(record.embedding.answers.photos).toBeLessThan(1) // else one photo speaks louder than many: it was 4.5
  expect(measured!.newAnimals!.auroc).toBeGreaterThan(0.9)
  const named = measured!.newAnimals!.bins.filter(({ low }) => low >= 0.9)
  expect(named.reduce((sum, { namedAbsent }) => sum + namedAbsent, 0)).toBe(measured!.absentNamed)
  expect(record.fittedOn).toMatchObject({ photos: 72, individuals: 24, pairs: 72 * 71, photosPerIndividual: 3 })
  expect(record.fittedOn.prior).toBeCloseTo(2 / 71, 12)
  const strangers = photosOf('other', 20, 0.5)
  const answers = identifyPhotos(known, strangers, 1, { scores: record.embedding })
  expect(answers.filter(({ answer }) => answer.answer === 'known').length).toBeLessThanOrEqual(6)
  expect(answers.filter(({ answer }) => answer.probability! > 0.9).length).toBeLessThanOrEqual(6)
  const path = join(temporaryFolder(), 'calibration.json')
  writeCalibration(path, record)
  expect(readCalibration(path)).toEqual(record)
  expect(calibrateModel(about)).toEqual(record) // the same numbers each time
})

test('with few individuals the curve is logistic, although a few folds would choose steps', () => {
  const kindOf = (individuals: number) =>
    calibrateModel({ ...meetingOf(photosOf('few', individuals, 1), undefined), model, data: 'drawn' }).embedding.curve
      .kind
  expect([12, 24].map(kindOf)).toEqual(['logistic', 'isotonic'])
})

test('a calibration that answers as one of an older rosette did is told, and no other', () => {
  const record = calibrateModel({ ...about, local: matched(known, true), extractor: 'drawn places' })
  const path = join(temporaryFolder(), 'calibration.json')
  const told = (changes: Partial<CalibrationRecord>) => {
    const changed = { ...record, ...changes }
    writeCalibration(path, changed)
    return olderCalibration(path, readCalibration(path))
  }
  expect(told({})).toBeUndefined()
  const { second: __, ...answers } = record.embedding.answers
  expect(told({ embedding: { ...record.embedding, answers } })).toContain('what a second photo of an animal says')
  const steps = { kind: 'isotonic', scores: [0, 1], probabilities: [0.1, 0.9] } as const
  const embedding = { ...record.embedding, curve: steps }
  expect(told({ embedding })).toBeUndefined()
  expect(told({ embedding, fittedOn: { ...record.fittedOn, individuals: 19 } })).toBe(
    `${path}: was made by an older rosette, and its curve has steps, for which 19 individuals are too few: \`calibrateModel()\` makes it anew`,
  )
  const headOf = (coefficients: readonly number[]) => {
    const fusion = { kind: 'pairHead', intercept: 0, coefficients } as const
    return told({ fused: { ...record.fused!, fusion } })
  }
  expect(headOf([1, 1, 1, 1, 1, -1])).toBeUndefined()
  expect(headOf([1, -1, 1, 1, 1, -1])).toContain('by it more places that agree can make a match less likely')
  const local = { ...record.local!, curve: steps }
  expect(told({ local })).toBeUndefined()
  const { sha256: _, ...unsealed } = JSON.parse(readFileSync(path, 'utf8')) as { sha256: string }
  writeFileSync(path, JSON.stringify(unsealed))
  expect(olderCalibration(path, readCalibration(path))).toContain('its probabilities of places of the coat were learnt')
})

test('of three ways to fuse the best is kept, and it is called better only where it is', () => {
  const noisy = photosOf('noisy', 14, 1.6)
  const meeting = { ...meetingOf(noisy, undefined), model, data: 'drawn', extractor: 'drawn places' }
  const { fused, embedding } = calibrateModel({ ...meeting, local: matched(noisy, true) })
  expect(fused!.tried.map(({ kind }) => kind)).toEqual(['embedding', 'local', 'additive', 'mean', 'pairHead'])
  const best = Math.max(...fused!.tried.map(({ identityBalancedMap }) => identityBalancedMap))
  expect(fused!.measured!.identityBalancedMap).toBe(best)
  expect(best).toBeGreaterThan(embedding.measured!.identityBalancedMap + 0.1)
  expect(fused!.better).toBe(true)
  expect(fused!.gain.interval[0]).toBeGreaterThan(0)
  const found = { inliers: 12, share: 0.5, margin: 0.1, coverage: 0.2, scaleSpread: 0.1 }
  const local = { score: 0.7, matchers: [found] }
  expect(fusedScore(fused!.fusion, { similarity: 0.3, local })).toBeGreaterThan(
    fusedScore(fused!.fusion, { similarity: 0.3 }),
  )
  const useless = calibrateModel({ ...meeting, local: matched(noisy, false) })
  expect(useless.fused!.better).toBe(false)
  expect(useless.fused).not.toHaveProperty('tooFew')
})

test('a logistic model over two matchers has numbers of each, and learns which one tells animals apart', () => {
  const noisy = photosOf('noisy', 14, 1.6)
  const meeting = { ...meetingOf(noisy, undefined), model, data: 'drawn', extractor: 'drawn places' }
  const [useless, useful] = [matched(noisy, false, 'others'), matched(noisy, true)]
  const both = useful.matches.map(
    (own, query) =>
      new Map(
        [...own].map(([g, match]) => [
          g,
          { ...match, parts: [...useless.matches[query]!.get(g)!.parts, ...match.parts] },
        ]),
      ),
  )
  const pairs = new LabelledPairs({ ...meeting, local: { ...useful, matches: both }, matchers: 2 })
  const head = fitFusion('pairHead', pairs.pairs())
  if (head.kind !== 'pairHead') throw new Error(head.kind)
  expect(head.coefficients).toHaveLength(11)
  expect(head.coefficients[6]).toBeGreaterThan(4 * Math.abs(head.coefficients[1]!)) // ln(1 + inliers) of the second
  const found = { inliers: 12, share: 0.5, margin: 0.1, coverage: 0.2, scaleSpread: 0.1 }
  const scored = (...matchers: (typeof found)[]) =>
    fusedScore(head, { similarity: 0.3, local: { score: 0.7, matchers } })
  const none = { ...found, inliers: 0 }
  expect(scored(none, found)).toBeGreaterThan(scored(found, none) + 0.1)
})

test('with individuals too few to hold any out places keep the weight that they are shipped with', () => {
  const weightOf = (count: number) => {
    const photos = photosOf('noisy', count, 1.6)
    const meeting = { ...meetingOf(photos, undefined), model, data: 'drawn', extractor: 'drawn places' }
    const local = matched(photos, false, 'others') // places that agree by chance
    const pairs = new LabelledPairs({ ...meeting, local })
    const { fusion, measured } = calibrateWay(pairs, 'additive').scores
    return [fusion, measured === null]
  }
  expect(weightOf(5)).toEqual([{ kind: 'additive', weight: 1 }, true])
  expect(weightOf(9)).toEqual([{ kind: 'additive', weight: 0.25 }, false])
})

test('nine individuals are too few to prove anything, which the record says', () => {
  const nine = photosOf('noisy', 9, 1.6)
  const meeting = { ...meetingOf(nine, undefined), model, data: 'drawn', extractor: 'drawn places' }
  const record = calibrateModel({ ...meeting, local: matched(nine, true), match: 'local' })
  expect(record.local!.gain.interval[0]).toBeGreaterThan(0)
  expect(record.local!.curve).toMatchObject({ kind: 'logistic', scale: 'toOne' }) // its scores crowd below 1
  expect(record.embedding.curve).not.toHaveProperty('scale')
  expect(record.local).toMatchObject({ better: false, tooFew: '9 individuals are too few to decide: 10 at least' })
})

test('places alone have probabilities of their own, which hold where the embedding knows nothing', () => {
  const noisy = photosOf('noisy', 14, 40)
  const meeting = { ...meetingOf(noisy, undefined), model, data: 'drawn', extractor: 'drawn places' }
  const local = matched(noisy, true)
  const record = calibrateModel({ ...meeting, local, match: 'local' })
  expect(record.fused).toBeUndefined()
  expect(record.embedding.measured!.rank1).toBeLessThan(0.5)
  expect(record.local).toMatchObject({ fusion: { kind: 'local' }, extractor: 'drawn places', better: true })
  expect(record.local!.measured).toMatchObject({ known: 42, absent: 42, rank1: 1 })
  expect(record.local!.measured!.ece).toBeLessThan(0.1)
  expect(record.local!.measured!.absentNamed).toBe(0)
  const path = join(temporaryFolder(), 'calibration.json')
  writeCalibration(path, record)
  expect(readCalibration(path)).toEqual(record)
  const given = { ...local, adjust: local.alone }
  const answers = identifyPhotos(noisy, noisy, 1, { scores: record.local, local: given })
  expect(answers.filter(({ answer, photo }) => answer.identity === photo.identity).length).toBe(42)
})

test('a set against itself: no individual is known by having fewer photos than the others', () => {
  const { queries, gallery, leaveOut } = meetingOf(known, undefined)
  const pairs = new LabelledPairs({ queries, gallery, leaveOut })
  const counts = (photos: readonly number[]) => {
    const names = photos.map((photo) => pairs.identityOf(photo))
    return new Set([...new Set(names)].map((name) => names.filter((one) => one === name).length))
  }
  const [meeting] = pairs.meetings()
  expect(counts(meeting!.photos)).toEqual(new Set([2, 3])) // its own lacks the query
  expect(counts(pairs.asQuestion(meeting!).photos)).toEqual(new Set([2]))
  const other = photosOf('known', 24, 0.5)
  const beside = new LabelledPairs({ queries, gallery: other, leaveOut: () => false })
  expect(beside.asQuestion(beside.meetings()[0]!).photos).toHaveLength(72)
})

test('a question about an absent individual has the places that strangers get without it', () => {
  const meetings = meetingOf(photosOf('few', 9, 0.5), undefined)
  const { queries, gallery, leaveOut } = meetings
  const local = matched(queries, true)
  const absent = { ...local, alone: (query: number) => local.alone(query).map((own) => own + 0.01) }
  const pairs = new LabelledPairs({ queries, gallery, leaveOut, local, absent })
  const [meeting] = pairs.meetings()
  const [present, away] = (['present', 'absent'] as const).map((asked) =>
    pairs.scores({ kind: 'local' }, meeting!, asked),
  )
  expect([...present!]).toEqual(meeting!.photos.map((photo) => local.alone(0)[photo]))
  meeting!.photos.forEach((photo, i) => {
    expect(away![i]! - present![i]!).toBeCloseTo(gallery.photos[photo]!.identity === 'few0' ? 0 : 0.01, 6)
  })
  const shift = (input: Partial<Parameters<typeof calibrateModel>[0]>) =>
    calibrateModel({ ...about, ...meetings, local, match: 'local', ...input }).local!.answers.shift
  expect(shift({ absent })).toBeLessThan(shift({})) // the same score says less
})
