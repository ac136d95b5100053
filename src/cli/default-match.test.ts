import { beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibrationRecord } from '../identify/index.ts'
import { type Unasked, unaskedMatch } from './default-match.ts'

const output = captureOutput()

/** Photos of which so many have a mask. */
function photosOf(count: number, outlined = count, individuals = 10): PhotoEmbeddings {
  const photos = Array.from({ length: count }, (_, i): Photo => {
    const photo = { filename: `${i}.jpg`, path: `/${i}.jpg`, identity: `animal ${i % individuals}`, extra: {} }
    return i < outlined ? { ...photo, mask: { path: `/${i}.png`, sha256: 'f'.repeat(64) } } : photo
  })
  return {
    embeddings: { count, dim: 1, data: new Float32Array(count).fill(1) },
    photos,
    contentHashes: photos.map(({ filename }) => filename),
    skipped: [],
  }
}

const scores = {
  fusion: { kind: 'embedding' },
  curve: { kind: 'logistic', slope: 1, intercept: 0 },
  prior: 0.5,
  answers: { shift: 0, slope: 1, cohort: 1, photos: 1 },
  measured: null,
} as const

function calibration(better: boolean | undefined): CalibrationRecord {
  const counts = { photos: 1, individuals: 1, pairs: 1, prior: 0.5, photosPerIndividual: 1, trainedOn: 0 }
  return {
    format: 'rosette-calibration',
    version: 1,
    model: { name: 'm', fingerprint: 'f'.repeat(64) },
    fittedOn: { data: 'd', gallery: null, dataHash: 'h', protocol: 'p', ...counts },
    embedding: scores,
    ...(better === undefined
      ? {}
      : {
          fused: {
            ...scores,
            ...{ extractor: 'f', shortlist: 25, sureWeight: 0.1, tried: [], better },
            gain: { difference: 0, interval: [0, 0] },
          },
        }),
  }
}

const outlined: Unasked = {
  queries: photosOf(3),
  gallery: photosOf(20, 19),
  source: {
    kind: 'photos',
    source: 'known',
    manifest: { kind: 'photos', source: 'known', photos: [], warnings: [], problems: [] },
  },
  calibration: undefined,
  isPlain: true,
}

beforeEach(() => {
  output.stderr = ''
})

test('places join the embedding unasked where both sides have outlines, which is told', async () => {
  expect(await unaskedMatch({ match: 'none' }, outlined)).toBe('fused')
  expect(output.stderr).toContain('note: --match fused, since the outlines of the animals are known')
})

test.each<[string, Partial<Unasked>]>([
  ['one query of three has none', { queries: photosOf(3, 2) }],
  ['a sixth of the gallery has none', { gallery: photosOf(18, 15) }],
  ['the gallery shows nine individuals', { gallery: photosOf(20, 20, 9) }],
  ['something follows the cosines', { isPlain: false }],
])('they do not where %s, and nothing is said', async (_, differs) => {
  expect(await unaskedMatch({ match: 'none' }, { ...outlined, ...differs })).toBe('none')
  expect(output.stderr).toBe('')
})

test.each([undefined, false])(
  'a calibration of similarities alone is followed, and told where outlines are known',
  async (better) => {
    const calibrated = { ...outlined, calibration: calibration(better) }
    expect(await unaskedMatch({ match: 'none' }, calibrated)).toBe('none')
    const why = { undefined: 'the calibration is of similarities alone', false: 'did not find them to be better' }
    expect(output.stderr).toContain('note: places of the coat are not looked at')
    expect(output.stderr).toContain(why[`${better}` as keyof typeof why])
    output.stderr = ''
    expect(await unaskedMatch({ match: 'none' }, { ...calibrated, queries: photosOf(3, 0) })).toBe('none')
    expect(output.stderr).toBe('')
  },
)

test('a calibration on too few individuals to tell says so', async () => {
  const record = calibration(false)
  const tooFew = '9 individuals are too few to decide: 10 at least'
  const calibrated = { ...outlined, calibration: { ...record, fused: { ...record.fused!, tooFew } } }
  expect(await unaskedMatch({ match: 'none' }, calibrated)).toBe('none')
  expect(output.stderr).toContain(`\`rosette calibrate\` could not tell whether they are better (${tooFew})`)
})

test('a calibration that found fused to be better is followed, outlines or not', async () => {
  const whole = { ...outlined, queries: photosOf(3, 0), calibration: calibration(true) }
  expect(await unaskedMatch({ match: 'none' }, whole)).toBe('fused')
  expect(output.stderr).toContain('note: --match fused, which `rosette calibrate` found to be better')
})

test('what was found better on other animals is not taken: the default is that without a calibration', async () => {
  const record = calibration(true)
  const others = { ...outlined, calibration: { ...record, local: record.fused! }, isOfOthers: true }
  expect(await unaskedMatch({ match: 'none' }, { ...others, queries: photosOf(3, 0) })).toBe('none')
  expect(output.stderr).toBe('')
  expect(await unaskedMatch({ match: 'none' }, others)).toBe('fused')
  expect(output.stderr).toContain('note: --match fused, since the outlines of the animals are known')
})

test('of places alone and fused the better one is followed, where it is proven', async () => {
  const measured = {
    known: 1,
    absent: 1,
    individuals: 9,
    folds: 2,
    rank1: 1,
    ece: 0,
    pairEce: 0,
    bins: [],
    absentNamed: 0,
  }
  const record = calibration(true)
  const scored = (map: number, better: boolean) => ({
    ...record.fused!,
    better,
    measured: { ...measured, identityBalancedMap: map },
  })
  const asked = (local: boolean, fused: boolean) =>
    unaskedMatch(
      { match: 'none' },
      { ...outlined, calibration: { ...record, local: scored(0.9, local), fused: scored(0.8, fused) } },
    )
  expect(await asked(true, true)).toBe('local')
  expect(await asked(false, true)).toBe('fused')
  expect(await asked(true, false)).toBe('local')
  expect(await asked(false, false)).toBe('none')
})

test('more pairs than a few minutes allow are left to the user', async () => {
  const many = { ...outlined, queries: photosOf(1001), gallery: photosOf(1000) }
  expect(await unaskedMatch({ match: 'none' }, many)).toBe('none')
  expect(output.stderr).toContain('for so many photos it takes long')
})
