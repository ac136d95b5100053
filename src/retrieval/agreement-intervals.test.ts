import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { agreementOf } from './agreement.ts'
import { agreementInterval } from './agreement-intervals.ts'

interface Study {
  readonly own: number[]
  readonly groups: number[]
  readonly units: string[]
}

/** Animals of 2 to 9 photos; how many of them fall into a group of their own, and not into one of ten others, is the animal's. */
function studyOf(rng: Rng, animals: number): Study {
  const study: Study = { own: [], groups: [], units: [] }
  for (let animal = 0; animal < animals; animal++) {
    const together = rng.uniform() < 0.5 ? 0.9 : 0.3
    for (let photo = 0; photo < 2 + rng.int(8); photo++) {
      study.own.push(animal)
      study.units.push(`animal ${animal}`)
      study.groups.push(rng.uniform() < together ? 100 + animal : rng.int(10))
    }
  }
  return study
}

const intervalOf = ({ own, groups, units }: Study) => agreementInterval(own, groups, units)

describe('the interval of an agreement', () => {
  test('is that of the jackknife, worked by hand: each individual left out once', () => {
    const own = [0, 0, 1, 1, 2, 2, 3]
    const groups = [0, 0, 0, 1, 1, 1, 2]
    const without = [0, 1, 2, 3].map((animal) => {
      const kept = own.flatMap((one, i) => (one === animal ? [] : [i]))
      return agreementOf(
        kept.map((i) => own[i]!),
        kept.map((i) => groups[i]!),
      ).ari
    })
    const mean = without.reduce((a, b) => a + b, 0) / 4
    const half = 1.959964 * Math.sqrt((3 / 4) * without.reduce((sum, value) => sum + (value - mean) ** 2, 0))
    const { ari } = agreementOf(own, groups)
    const found = agreementInterval(own, groups, own.map(String))!
    expect(found.ari[0]).toBeCloseTo(ari - half, 12)
    expect(found.ari[1]).toBeCloseTo(Math.min(1, ari + half), 12)
  })

  test('holds the mean of studies like it in about 95 of 100, and is not much wider than needed', () => {
    const rng = new Rng('studies')
    const studies = Array.from({ length: 300 }, () => studyOf(rng, 40))
    for (const name of ['ami', 'ari'] as const) {
      const values = studies.map(({ own, groups }) => agreementOf(own, groups)[name])
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
      const intervals = studies.map((study) => intervalOf(study)![name])
      const held = intervals.filter(([low, high]) => low <= mean && mean <= high).length / studies.length
      const width = intervals.reduce((sum, [low, high]) => sum + high - low, 0) / intervals.length
      expect(held).toBeGreaterThan(0.88)
      expect(width).toBeLessThan(1.5 * 2 * 1.96 * spread)
    }
  })

  test('leaves out blocks where units are many, the same each time, and says nothing of two', () => {
    const study = studyOf(new Rng('many'), 500)
    const started = performance.now()
    const found = intervalOf(study)!
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(found).toEqual(intervalOf(study))
    const [low, high] = found.ami
    const few = intervalOf(studyOf(new Rng('many'), 40))!.ami
    expect(high - low).toBeLessThan(0.6 * (few[1] - few[0])) // 500 animals say more than 40
    expect(agreementInterval([0, 0, 1], [0, 0, 1], ['a', 'a', 'b'])).toBeNull()
  })
})
