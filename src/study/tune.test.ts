import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { Rng } from '../base/index.ts'
import { type PostProcessingRecord, readPostProcessing, writePostProcessing } from './post-processing-file.ts'
import { tunePhotos } from './tune.ts'

const dim = 12

describe('tunePhotos', () => {
  it('accepts an averaging that halves the noise, and nothing where all are alike', () => {
    const { identities, embedded } = scene(24)
    const [own, good] = [embedded(1, 1), embedded(0.5, 2)]
    const better = tunePhotos({
      identities,
      embeddings: new Map([['flip', own] as const, ['multi-scale', good] as const]),
    })
    expect(better.accepted).toEqual({ tta: 'multi-scale', postProcessing: {} })
    expect(better.verdict.confirmed.interval[0]).toBeGreaterThan(0)
    expect(better.verdict.agreement).toBeGreaterThan(0.9)
    expect(better.tried).toHaveLength(13)
    for (const { identityBalancedMap, gain } of better.tried) {
      expect(gain.difference).toBeCloseTo(identityBalancedMap - better.baseline.identityBalancedMap, 12)
      expect(gain.interval[0]).toBeLessThanOrEqual(gain.difference)
      expect(gain.interval[1]).toBeGreaterThanOrEqual(gain.difference)
    }
    expect(better.tried[better.verdict.best!]!.gain).toEqual(better.verdict.own)
    const same = tunePhotos(
      {
        identities,
        embeddings: new Map([['flip', own] as const, ['none', own] as const]),
      },
      { tricks: [{ tta: 'none', postProcessing: {} }] },
    )
    expect(same).toMatchObject({
      accepted: null,
      verdict: { best: null, confirmed: { difference: 0, interval: [0, 0] } },
    })
  })

  it('ranks each part by itself, and decides by the queries of all', () => {
    const folds = [scene(6), scene(6)].map(({ identities, embedded }, fold) => ({
      identities: identities.map((identity) => `${identity} of fold ${fold}`),
      embeddings: new Map([['flip', embedded(1, 1)] as const, ['none', embedded(0.1, 2)] as const]),
    }))
    const tricks = [{ tta: 'none', postProcessing: {} }] as const
    const both = tunePhotos(folds, { tricks })
    expect(both).toMatchObject({ accepted: tricks[0], queries: 48, verdict: { individuals: 12, tooFew: null } })
    const alone = folds.map((fold) => tunePhotos(fold, { tricks }))
    const mean = (of: 'baseline' | 'tried') =>
      alone.reduce((sum, one) => sum + [one[of]].flat()[0]!.identityBalancedMap, 0) / 2
    expect(both.baseline.identityBalancedMap).toBeCloseTo(mean('baseline'), 12)
    expect(both.tried[0]!.identityBalancedMap).toBeCloseTo(mean('tried'), 12)
  })

  it('accepts nothing of few individuals, however large the difference, and says why', () => {
    const { identities, embedded } = scene(9)
    const embeddings = new Map([['flip', embedded(2, 1)] as const, ['none', embedded(0.1, 2)] as const])
    const { accepted, verdict } = tunePhotos(
      { identities, embeddings },
      { tricks: [{ tta: 'none', postProcessing: {} }] },
    )
    expect(verdict.confirmed.interval[0]).toBeGreaterThan(0)
    expect(verdict.tooFew).toBe('9 individuals are too few to decide: 10 at least')
    expect(accepted).toBeNull()
  })
})

it('accepts nothing where the better way is no better than chance', () => {
  const individuals = 24
  const rng = new Rng('below chance')
  const identities = Array.from({ length: 2 * individuals }, (_, i) => `animal ${i >> 1}`)
  const noise = Float32Array.from({ length: identities.length * individuals }, () => rng.normal())
  const data = noise.slice()
  // the two photos of an individual point away from each other: far below chance, and noise alone is better
  identities.forEach((_, row) => {
    data[row * individuals + (row >> 1)] = row % 2 === 0 ? 9 : -9
  })
  const embeddings = (own: Float32Array) => ({ count: identities.length, dim: individuals, data: own })
  const outcome = tunePhotos(
    { identities, embeddings: new Map([['flip', embeddings(data)] as const, ['none', embeddings(noise)] as const]) },
    { tricks: [{ tta: 'none', postProcessing: {} }] },
  )
  expect(outcome.verdict.accepted).toBe(0)
  expect(outcome.accepted).toBeNull()
  expect(outcome.atChance!.interval[0]).toBeLessThan(outcome.statistics.chance.identityBalancedMap)
})

describe('postprocessing.json', () => {
  const record: PostProcessingRecord = {
    format: 'rosette-postprocessing',
    version: 1,
    model: 'a'.repeat(64),
    accepted: { tta: 'flip', postProcessing: { rerank: { k1: 10, k2: 3, lambda: 0.3 } } },
    evidence: {
      data: 'jaguars',
      dataHash: 'x',
      protocol: 'each photo against all others',
      queries: 10,
      individuals: 12,
      candidates: 3,
      baseline: 0.5,
      confirmed: { difference: 0.1, interval: [0.05, 0.15] },
      own: { difference: 0.1, interval: [0.05, 0.15] },
      level: 0.99,
      agreement: 1,
    },
  }

  it('comes back as it was written, and is nothing where it is not there', () => {
    const path = join(temporaryFolder(), 'postprocessing.json')
    expect(readPostProcessing(path)).toBeUndefined()
    writePostProcessing(path, record)
    expect(readPostProcessing(path)).toEqual(record)
  })

  it('is refused where it was edited, or says what means nothing', () => {
    const path = join(temporaryFolder(), 'postprocessing.json')
    writePostProcessing(path, record)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('"k1": 10', '"k1": 11'))
    expect(() => readPostProcessing(path)).toThrow('sha256: does not fit what the file says: it was edited or damaged')
    writeFileSync(path, text.replace('"lambda": 0.3', '"lambda": 3'))
    expect(() => readPostProcessing(path)).toThrow('accepted.postProcessing.rerank.lambda: expected')
    writeFileSync(path, text.slice(0, 40))
    expect(() => readPostProcessing(path)).toThrow(path)
  })
})

/** Individuals of four photos: each photo is its animal's direction and noise. */
function scene(individuals: number) {
  const rng = new Rng('scene')
  const centres = Float64Array.from({ length: individuals * dim }, () => rng.normal())
  const identities = Array.from({ length: individuals * 4 }, (_, i) => `animal ${Math.floor(i / 4)}`)
  const embedded = (noise: number, seed: number) => {
    const own = new Rng(seed)
    const data = Float32Array.from(
      { length: identities.length * dim },
      (_, i) => centres[Math.floor(i / (dim * 4)) * dim + (i % dim)]! + noise * own.normal(),
    )
    return { count: identities.length, dim, data }
  }
  return { identities, embedded }
}
