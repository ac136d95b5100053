import { describe, expect, test } from 'vitest'
import { input, mul, reduceSum, sub } from '../graph/index.ts'
import { loopPorts, toOnnxLoop } from './loop.ts'

/** w ← w − rate · x, telling Σ w. */
const [w, x, rate] = [input('w', [3]), input('x', [3]), input('rate', [])]
const graph = {
  outputs: { total: reduceSum(w, { axes: [0] }), 'next/w': sub(w, mul(rate, x)) },
  carried: { w: 'next/w' },
}
const names = (ports: readonly { readonly name: string }[]) => ports.map(({ name }) => name)

describe('several steps as one Loop', () => {
  const model = toOnnxLoop(graph, new Set(['w', 'rate']))
  const body = model.graph!.node[0]!.attribute[0]!.g!

  test('feeds come one step after the other, what is carried once, what is kept as it is', () => {
    expect(model.graph!.node.map(({ opType }) => opType)).toEqual(['Loop'])
    expect(names(model.graph!.input)).toEqual([loopPorts.count, 'each/x', 'begin/w', 'rate'])
    expect(names(model.graph!.output)).toEqual(['end/w', 'all/total'])
    expect(model.graph!.node[0]!.input).toEqual(['count', '', 'begin/w'])
  })

  test('no value inside has the name of one outside', () => {
    const outside = [...names(model.graph!.input), ...names(model.graph!.output)]
    const inside = [...names(body.input), ...body.node.flatMap(({ output }) => output), ...names(body.initializer)]
    expect(inside.filter((name) => outside.includes(name))).toEqual([])
    expect(new Set(inside).size).toBe(inside.length)
    expect(names(body.input)).toEqual(['loop/step', 'loop/going', 'w'])
    expect(names(body.output)).toEqual(['loop/goesOn', 'next/w', 'total'])
  })
})
