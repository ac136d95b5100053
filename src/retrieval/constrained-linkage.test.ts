import { describe, expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { agreementOf } from './agreement.ts'
import { bestCutHeight } from './cut-height.ts'
import { type Distances, triangleIndex } from './distances.ts'
import { groupFits } from './group-means.ts'
import { averageLinkage, cutAtHeight } from './linkage.ts'
import { contradictionIn, type PairConstraints, type RowPair } from './pair-constraints.ts'

/** Merges one after the other, every mean taken anew over the photos' own distances: what `averageLinkage` must find by chains. */
function bruteForce({ n, values }: Distances, height: number, constraints: PairConstraints): number[] {
  const { together = [], apart = [], sides } = constraints
  const isOther = (i: number, j: number) => sides?.[i] !== undefined && sides[j] !== undefined && sides[i] !== sides[j]
  const near = shortestWays({ n, values }, { together, isOther })
  const distance = (i: number, j: number) => near[i]![j]!
  let groups = Array.from({ length: n }, (_, i) => [i])
  const join = (a: readonly number[], b: readonly number[]) => {
    if (a !== b) groups = [...groups.filter((group) => group !== a && group !== b), [...a, ...b]]
  }
  const groupOf = (i: number) => groups.find((group) => group.includes(i))!
  for (const [a, b] of together) join(groupOf(a), groupOf(b))
  for (;;) {
    let best: [number, number[], number[]] | undefined
    for (const [g, a] of groups.entries()) {
      for (const b of groups.slice(g + 1)) {
        if (apart.some(([i, j]) => (a.includes(i) && b.includes(j)) || (a.includes(j) && b.includes(i)))) continue
        const pairs = a.flatMap((i) => b.flatMap((j) => (isOther(i, j) ? [] : [distance(i, j)])))
        const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length
        if (mean <= height && mean < (best?.[0] ?? Number.POSITIVE_INFINITY)) best = [mean, a, b]
      }
    }
    if (best === undefined) break
    join(best[1], best[2])
  }
  return Array.from({ length: n }, (_, i) => groups.indexOf(groupOf(i)))
}

/** Each distance is the least of all ways that may pass through linked photos, by rounds until nothing gets shorter. */
function shortestWays(
  { n, values }: Distances,
  { together, isOther }: { readonly together: readonly RowPair[]; readonly isOther: (i: number, j: number) => boolean },
): number[][] {
  const all = Array.from({ length: n }, (_, i) => i)
  const linked = all.map((i) => new Set([i]))
  for (let round = 0; round < n; round++)
    for (const [a, b] of together) {
      for (const x of linked[a]!) linked[b]!.add(x)
      for (const x of linked[b]!) linked[a]!.add(x)
    }
  const ways = all.map((i) =>
    all.map((j) => {
      if (i === j || linked[i]!.has(j)) return 0
      return isOther(i, j) ? Number.POSITIVE_INFINITY : values[i < j ? triangleIndex(n, i, j) : triangleIndex(n, j, i)]!
    }),
  )
  for (let round = 0; round < 4; round++) {
    for (const i of all)
      for (const j of all)
        for (const via of all)
          if (linked[via]!.size > 1) {
            const members = [...linked[via]!]
            const [to, from] = [i, j].map((end) => Math.min(...members.map((member) => ways[end]![member]!)))
            ways[i]![j] = Math.min(ways[i]![j]!, to! + from!)
          }
  }
  return ways
}

function randomCase(seed: number): { readonly distances: Distances; readonly constraints: PairConstraints } {
  const rng = new Rng(`linkage ${seed}`)
  const n = 4 + rng.int(9)
  const pairs = (count: number): RowPair[] =>
    Array.from({ length: count }, (): RowPair => [rng.int(n), rng.int(n)]).filter(([a, b]) => a !== b)
  const constraints: PairConstraints = {
    together: pairs(rng.int(4)),
    apart: pairs(rng.int(5)),
    sides: rng.chance(0.5) ? Array.from({ length: n }, () => rng.pick(['left', 'right', undefined])) : undefined,
  }
  const values = Float64Array.from({ length: (n * (n - 1)) / 2 }, () => rng.uniform())
  return {
    distances: { n, values },
    constraints: contradictionIn(constraints) === undefined ? constraints : { ...constraints, apart: [] },
  }
}

describe('linkage with constraints', () => {
  test('is that of brute force, on 100 random sets, at any height', () => {
    let constrained = 0
    for (let seed = 0; seed < 100; seed++) {
      const { distances, constraints } = randomCase(seed)
      const merges = averageLinkage(distances, constraints)
      for (const height of [0.2, 0.35, 0.5, 0.9]) {
        const found = cutAtHeight(distances.n, merges, height)
        const expected = bruteForce(distances, height, constraints)
        expect(agreementOf(found, expected).ari, `seed ${seed} at ${height}`).toBeCloseTo(1, 12)
        expect(new Set(found).size).toBe(new Set(expected).size)
        for (const [a, b] of constraints.together ?? []) expect(found[a]).toBe(found[b])
        for (const [a, b] of constraints.apart ?? []) expect(found[a]).not.toBe(found[b])
        constrained += constraints.apart?.length ?? 0
      }
    }
    expect(constrained).toBeGreaterThan(100)
  })

  test('photos of two sides are joined by a decision, and their means are over pairs of one side', () => {
    const distances = { n: 4, values: Float64Array.of(0, 0.1, 0.9, 0.9, 0.2, 0.3) } // 01 02 03 12 13 23
    const sides = ['left', 'right', 'left', 'right']
    expect(cutAtHeight(4, averageLinkage(distances, { sides }), 1)).toEqual([0, 1, 0, 1]) // 0–1 are nearest, and not compared
    const merges = averageLinkage(distances, { sides, together: [[0, 1]] })
    expect(merges.map(({ height }) => height)).toEqual([Number.NEGATIVE_INFINITY, 0.1, 0.2])
  })

  test('one link joins two whole groups, and tears nobody out of them', () => {
    const n = 20
    const values: number[] = []
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) values.push(i % 2 === j % 2 ? 0.1 : 1)
    const merges = averageLinkage({ n, values: Float64Array.from(values) }, { together: [[0, 1]] })
    expect(new Set(cutAtHeight(n, merges, 0.5)).size).toBe(1)
    const parted = averageLinkage({ n, values: Float64Array.from(values) }, { together: [[0, 1]], apart: [[2, 3]] })
    const groups = cutAtHeight(n, parted, 0.5)
    expect([groups[0] === groups[1], groups[2] === groups[3], new Set(groups).size]).toEqual([true, false, 2])
  })

  test('links are handed on: the chain that contradicts a pair is found', () => {
    const together: RowPair[] = [
      [0, 1],
      [4, 3],
      [1, 4],
      [5, 6],
    ]
    expect(contradictionIn({ together, apart: [[0, 5]] })).toBeUndefined()
    const found = contradictionIn({ together, apart: [[0, 3]] })
    expect(found).toEqual({ apart: [0, 3], chain: [0, 1, 4, 3] })
    const distances = { n: 7, values: new Float64Array(21).fill(1) }
    expect(() => averageLinkage(distances, { together, apart: [[0, 3]] })).toThrow('together and apart')
    expect(cutAtHeight(7, averageLinkage(distances, { together }), 0.5)).toEqual([0, 0, 1, 0, 0, 2, 2])
  })
})

test('the best cut of labelled photos lies between the groups, its interval around it', () => {
  const rng = new Rng('cut')
  const identities = Array.from({ length: 24 }, (_, i) => `animal ${i % 6}`)
  const values: number[] = []
  for (let i = 0; i < 24; i++)
    for (let j = i + 1; j < 24; j++) values.push(i % 6 === j % 6 ? rng.uniform(0.1, 0.2) : rng.uniform(0.6, 0.9))
  const cut = bestCutHeight(averageLinkage({ n: 24, values: Float32Array.from(values) }), identities)
  expect(cut.ami).toBeCloseTo(1, 10)
  expect(cut.height).toBeGreaterThan(0.2)
  expect(cut.height).toBeLessThan(0.7)
  expect(cut.interval[0]).toBeLessThanOrEqual(cut.height)
  expect(cut.interval[1]).toBeGreaterThanOrEqual(cut.height)
})

test('how near a photo is to its group and to the nearest other one', () => {
  const distances = { n: 4, values: Float64Array.of(0.1, 0.3, 0.8, 0.2, 0.6, 0.4) }
  const fits = groupFits(distances, [0, 0, 1, 2])
  expect(fits[0]).toEqual({ own: 0.1, nearest: { group: 1, distance: 0.3 } })
  expect(fits[3]).toEqual({ own: undefined, nearest: { group: 1, distance: 0.4 } })
  const sided = groupFits(distances, [0, 0, 1, 2], { sides: ['left', 'right', 'left', undefined] })
  expect(sided[0]).toEqual({ own: undefined, nearest: { group: 1, distance: 0.3 } })
  expect(sided[1]).toEqual({ own: undefined, nearest: { group: 2, distance: 0.6 } })
})
