import { expect, test } from 'vitest'
import { scoresOfQueries, statisticsOf } from '../retrieval/index.ts'
import { summary } from './demo.ts'

/** Twelve animals with two queries each, and Ana with six more; the first photo of its animal stands at `rank`, of Ana's at rank 1. */
function told(rank: number) {
  const names = [...Array.from({ length: 24 }, (_, i) => `animal ${i % 12}`), ...Array<string>(6).fill('Ana')]
  const queries = names.map((identity, query) => {
    const firstMatch = identity === 'Ana' ? 1 : rank
    const reached = { firstMatch, ap: 1 / firstMatch, apAtR: 1 / firstMatch, inp: 1 / firstMatch }
    return { query, identity, encounter: '', ...reached, positives: 1, gallery: 29, nearest: 0, tied: 0 }
  })
  return { ...scoresOfQueries(queries), ...statisticsOf(queries), photos: 30, identities: 13 }
}

test('each state of the network has intervals of rank-1 and of mAP, and chance stands below', () => {
  const [start, end] = [told(4), told(1)]
  const lines = summary({ untrained: told(20), pretrained: start, trained: end }, 'test').split('\n')
  expect(lines[1]).toBe('split test (30 photos, 13 individuals)')
  expect(lines.at(-1)).toBe('in brackets: 95 % intervals over 13 individuals')
  const within = (name: 'rank1' | 'identityBalancedRank1' | 'identityBalancedMap') =>
    start.intervals.identity!.scores[name].map((end) => end.toFixed(3)).join(' to ')
  expect(start.rank1).toBe(0.2)
  expect(start.identityBalancedRank1).toBeCloseTo(1 / 13, 12)
  const row = (name: string) => lines.find((line) => line.startsWith(name))!.split(/ {2,}/)
  expect(row('network')).toEqual(['network', 'rank-1', 'identity-balanced rank-1', 'identity-balanced mAP'])
  expect(row('pretrained')).toEqual([
    'pretrained',
    `0.200 (${within('rank1')})`,
    `0.077 (${within('identityBalancedRank1')})`,
    `0.308 (${within('identityBalancedMap')})`,
  ])
  expect(row('untrained')[1]).toMatch(/^0\.200 \(0\.000 to 0\.\d{3}\)$/)
  expect(row('trained')[1]).toBe('1.000 (1.000 to 1.000)')
  expect(row('by chance')).toEqual(['by chance', '0.034', '0.034', start.chance.identityBalancedMap.toFixed(3)])
  expect(summary({ untrained: start, trained: end }, 'test')).not.toContain('pretrained')
})
