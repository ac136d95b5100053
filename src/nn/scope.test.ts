import { describe, expect, test } from 'vitest'
import { add, type Value } from '../graph/index.ts'
import { oneInit, Scope, zeroInit } from './scope.ts'

describe('Scope', () => {
  test('names are dotted paths; asking twice gives one parameter', () => {
    const scope = Scope.root('training')
    const block = scope.child('stages').child(0)
    const weight = block.param('weight', [3, 2], zeroInit)
    expect(scope.child('stages').child(0).param('weight', [3, 2], zeroInit)).toBe(weight)
    block.param('bias', [3], oneInit)
    block.param('p', [1], oneInit, true)
    expect(scope.params().map(({ spec }) => spec)).toEqual([
      { name: 'stages.0.weight', shape: [3, 2], init: zeroInit, decay: true },
      { name: 'stages.0.bias', shape: [3], init: oneInit, decay: false },
      { name: 'stages.0.p', shape: [1], init: oneInit, decay: true },
    ])
    expect(() => block.param('weight', [2, 3], zeroInit)).toThrow(
      'internal: parameter stages.0.weight asked for in two',
    )
  })

  test('a statistic is updated once, after it is read', () => {
    const scope = Scope.root('training').child('neck')
    expect(() => scope.updateStatistic('mean', undefined as unknown as Value)).toThrow('after it is read')
    const mean = scope.statistic('mean', [2], zeroInit)
    const next = add(mean, 1)
    scope.updateStatistic('mean', next)
    expect(scope.statistics()).toEqual([{ spec: { name: 'neck.mean', shape: [2], init: zeroInit }, value: mean, next }])
    expect(() => scope.updateStatistic('mean', next)).toThrow('statistic neck.mean is updated once')
  })

  test('random numbers are one input of the whole batch, of which chunks see their rows', () => {
    const scope = Scope.root('training')
    const parts = [0, 2, 4].map((begin) =>
      scope
        .child('drop')
        .onRows(begin, begin + 2, 6)
        .random('mask', 2, [1, 1], 0.9),
    )
    expect(scope.randoms()).toEqual([{ name: 'drop.mask', shape: [6, 1, 1], keep: 0.9 }])
    expect(parts.map(({ op, shape, attrs }) => [op, shape, attrs])).toEqual(
      [0, 2, 4].map((begin) => ['slice', [2, 1, 1], { axis: 0, begin, end: begin + 2 }]),
    )
    expect(new Set(parts.map(({ inputs }) => inputs[0])).size).toBe(1)
  })

  test('once builds a value once for its path', () => {
    const scope = Scope.root('training')
    let built = 0
    const build = () => {
      built++
      return scope.param('w', [1], zeroInit)
    }
    expect(scope.child('a').once('folded', build)).toBe(scope.child('a').onRows(0, 1, 2).once('folded', build))
    expect(built).toBe(1)
    scope.child('b').once('folded', build)
    expect(built).toBe(2)
  })
})
