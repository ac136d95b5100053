import { expect, test } from 'vitest'
import { evaluateRetrieval } from '../retrieval/index.ts'
import { difficultyOf, hardestOf } from './curriculum.ts'

test('what a validation found hard: 1 − mean AP, and who is nearest to whom', () => {
  // on a circle: a and b stand by themselves, one photo of c lies among those of d
  const degrees = [0, 1, 90, 92, 180, 181, 271, 270, 272]
  const names = ['a', 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd']
  const data = Float32Array.from(
    degrees.flatMap((angle) => [angle, angle - 90]),
    (x) => Math.cos((x * Math.PI) / 180),
  )
  const metrics = evaluateRetrieval({ embeddings: { count: 9, dim: 2, data }, identities: names })
  const classes = ['a', 'b', 'c', 'd', 'e']
  const difficulty = difficultyOf(metrics.perQuery, names, classes)
  const meanAp = (name: string) => {
    const own = metrics.perQuery.filter(({ identity }) => identity === name).map(({ ap }) => ap)
    return own.reduce((sum, ap) => sum + ap, 0) / own.length
  }
  const expected = ['a', 'b', 'c', 'd'].map((name) => 1 - meanAp(name))
  expect(expected.slice(0, 2)).toEqual([0, 0])
  expect(expected[2]).toBeGreaterThan(0.1)
  // e did not validate: as hard as the others are
  const usual = expected.reduce((sum, x) => sum + x, 0) / 4
  difficulty.hardness.forEach((x, i) => expect(x).toBeCloseTo([...expected, usual][i]!, 12))
  expect(difficulty.confused).toEqual([[2, 3, 3]])
  expect(hardestOf(difficulty, classes).confused).toEqual([['c', 'd']])
  expect(hardestOf(difficulty, classes).hardest.slice(-2)).toEqual(['a', 'b'])
})
