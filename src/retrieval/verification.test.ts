import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { type FnmrAtFmr, PairTally } from './verification.ts'

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
  expect(tally.scores().at).toEqual([
    { fmr: 0.01, threshold: 1, fnmr: 1, intervals: { identity: null, encounter: null } },
  ])
})

test('a rate that no pairs can show is left out', () => {
  const tally = new PairTally()
  for (let i = 0; i < 999; i++) tally.add(0, false)
  tally.add(0.5, true)
  expect(tally.scores()).toEqual({ genuine: 1, impostor: 999, at: [] })
  tally.add(0, false)
  expect(tally.scores().at.map(({ fmr }) => fmr)).toEqual([1e-2])
})

test('the interval draws the pairs of an individual together', () => {
  const rng = new Rng('tallied')
  const animals = 30
  const encounters = Array.from({ length: animals }, (_, animal) => `night ${animal % 4}`)
  const identities = Array.from({ length: animals }, (_, animal) => `animal ${animal}`)
  const tally = new PairTally({ identities, encounters })
  for (let i = 0; i < 20_000; i++) {
    const query = i % animals
    tally.add(rng.normal(0, 0.1), false, query, (query + 1 + rng.int(animals - 1)) % animals)
  }
  const hard = (animal: number) => animal % 3 === 0 // a third of the animals is never recognised, the others always
  for (let animal = 0; animal < animals; animal++)
    for (let i = 0; i < 20; i++) tally.add(hard(animal) ? 0 : 0.9, true, animal, animal)
  const [{ fnmr, intervals }] = tally.scores().at as [FnmrAtFmr]
  expect(fnmr).toBeCloseTo(1 / 3, 12)
  const [low, high] = intervals.identity!
  const half = 1.96 * Math.sqrt((1 / 3) * (2 / 3) * (1 / animals)) // of 30 animals, not of 600 pairs
  expect(low).toBeCloseTo(1 / 3 - half, 1)
  expect(high).toBeCloseTo(1 / 3 + half, 1)
  expect(intervals.encounter).not.toBeNull()
  expect(intervals.encounter).not.toEqual(intervals.identity)
  const few = new PairTally({ identities: identities.map((_, i) => `animal ${i % 2}`) })
  for (let i = 0; i < 2000; i++) few.add(0, i % 2 === 0, i % animals, (i % animals) + (i % 2))
  expect(few.scores().at[0]!.intervals).toEqual({ identity: null, encounter: null })
})

test('photos of unknown encounter are drawn each for itself, those of the gallery too', () => {
  const photos = { identities: ['A', 'B', 'C'], encounters: ['', '', ''] }
  const intervals = [photos, { ...photos, encounters: [...photos.encounters] }].map((gallery) => {
    const tally = new PairTally(photos, gallery)
    for (let i = 0; i < 3000; i++) tally.add(i / 3000, i % 3 === 0, i % 3, Math.floor(i / 3) % 3)
    return tally.scores().at[0]!.intervals
  })
  expect(intervals[0]!.identity).toEqual(intervals[1]!.identity)
  expect(intervals[0]!.encounter).not.toEqual(intervals[1]!.encounter)
})

test('the interval holds the true rate where some animals are like everybody', () => {
  const [animals, photos, studies, hub] = [13, 4, 60, 0.07]
  // FMR of 1 % of impostor cosines h_a + h_b + ε, σ = √(0.1² + 2 · 0.07²); genuine cosines have mean 0.3 and σ 0.1
  const threshold = 2.3263 * Math.hypot(0.1, hub, hub)
  const genuine = new Rng('truth')
  const truth =
    Array.from({ length: 20_000 }, () => genuine.normal(0.3, 0.1)).filter((c) => c < threshold).length / 20_000
  let [covered, width] = [0, 0]
  for (let study = 0; study < studies; study++) {
    const rng = new Rng(`study ${study}`)
    const hubs = Array.from({ length: animals }, () => rng.normal(0, hub))
    const animalOf = Array.from({ length: animals * photos }, (_, photo) => Math.floor(photo / photos))
    const tally = new PairTally({ identities: animalOf.map(String) })
    animalOf.forEach((a, query) => {
      animalOf.slice(0, query).forEach((b, gallery) => {
        const cosine = rng.normal(a === b ? 0.3 : hubs[a]! + hubs[b]!, 0.1)
        tally.add(cosine, a === b, query, gallery)
        tally.add(cosine, a === b, gallery, query)
      })
    })
    const [low, high] = tally.scores().at[0]!.intervals.identity!
    if (low <= truth && truth <= high) covered++
    width += (high - low) / studies
  }
  expect(covered / studies).toBeGreaterThan(0.7) // with the threshold held 0.33, and a width of 0.19
  expect(width).toBeGreaterThan(0.45)
})
