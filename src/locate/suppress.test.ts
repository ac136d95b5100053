import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import type { Candidate } from './boxes.ts'
import { overlapOf, suppress } from './suppress.ts'

const square = (x: number, y: number, side: number, confidence = 1, category = 0): Candidate => ({
  ...{ x1: x, y1: y, x2: x + side, y2: y + side },
  confidence,
  category,
})

test('intersection over union', () => {
  expect(overlapOf(square(0, 0, 2), square(0, 0, 2))).toBe(1)
  expect(overlapOf(square(0, 0, 2), square(1, 1, 2))).toBeCloseTo(1 / 7, 12)
  expect(overlapOf(square(0, 0, 2), square(2, 0, 2))).toBe(0)
})

/** By its words: a box stays where no surer box of its class that stays overlaps it by more. */
function byDefinition(candidates: readonly Candidate[], overlap: number): Set<Candidate> {
  const stays = new Map<Candidate, boolean>()
  const isKept = (one: Candidate, i: number): boolean => {
    const known = stays.get(one)
    if (known !== undefined) return known
    const kept = !candidates.some((other, j) => {
      const before = other.confidence > one.confidence || (other.confidence === one.confidence && j < i)
      return before && other.category === one.category && overlapOf(other, one) > overlap && isKept(other, j)
    })
    stays.set(one, kept)
    return kept
  }
  return new Set(candidates.filter(isKept))
}

test.each([0, 0.3, 0.45, 0.9])('suppression is its definition, at an overlap of %d', (overlap) => {
  const rng = new Rng(`boxes ${overlap}`)
  for (let round = 0; round < 20; round++) {
    const candidates = Array.from({ length: 60 }, () =>
      square(rng.int(40), rng.int(40), 5 + rng.int(30), rng.int(10) / 10, rng.int(3)),
    )
    const kept = suppress(candidates, overlap)
    expect(new Set(kept)).toEqual(byDefinition(candidates, overlap))
    expect(kept.map(({ confidence }) => confidence)).toEqual(
      kept.map(({ confidence }) => confidence).sort((a, b) => b - a),
    )
  }
})

test('classes do not suppress each other', () => {
  const both = [square(0, 0, 4, 0.9, 0), square(0, 0, 4, 0.8, 1), square(0, 0, 4, 0.7, 1)]
  expect(suppress(both, 0.5)).toEqual(both.slice(0, 2))
})
