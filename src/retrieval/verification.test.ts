import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { PairTally } from './verification.ts'

test('FNMR at FMR equals the search through all thresholds, to a step of 2⁻¹⁷', () => {
  const rng = new Rng('pairs')
  const tally = new PairTally()
  const cosines = { genuine: [] as number[], impostor: [] as number[] }
  for (let i = 0; i < 30_000; i++) {
    const genuine = i % 20 === 0
    const cosine = Math.max(-1, Math.min(1, rng.normal(genuine ? 0.6 : 0.1, 0.2)))
    cosines[genuine ? 'genuine' : 'impostor'].push(cosine)
    tally.add(cosine, genuine)
  }
  const { genuine, impostor, at } = tally.scores()
  expect([genuine, impostor]).toEqual([1500, 28_500])
  expect(at.map(({ fmr }) => fmr)).toEqual([1e-2, 1e-3])
  for (const { fmr, threshold, fnmr } of at) {
    const falling = [...cosines.impostor].sort((a, b) => b - a)
    const allowed = falling[Math.floor(fmr * impostor)]! // the first that may not pass
    expect(threshold - allowed).toBeGreaterThan(0)
    expect(threshold - allowed).toBeLessThanOrEqual(2 ** -17)
    expect(fnmr).toBeCloseTo(cosines.genuine.filter((cosine) => cosine < threshold).length / genuine, 12)
    expect(cosines.impostor.filter((cosine) => cosine >= threshold).length / impostor).toBeLessThanOrEqual(fmr)
  }
})

test('cosines that are out of range by rounding, and all equal ones', () => {
  const tally = new PairTally()
  for (let i = 0; i < 2000; i++) tally.add(1.0000001, i < 2)
  expect(tally.scores().at).toEqual([{ fmr: 0.01, threshold: 1, fnmr: 1 }])
})

test('a rate that no pairs can show is left out', () => {
  const tally = new PairTally()
  for (let i = 0; i < 999; i++) tally.add(0, false)
  tally.add(0.5, true)
  expect(tally.scores()).toEqual({ genuine: 1, impostor: 999, at: [] })
  tally.add(0, false)
  expect(tally.scores().at.map(({ fmr }) => fmr)).toEqual([1e-2])
})
