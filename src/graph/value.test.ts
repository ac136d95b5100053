import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { add, input, mul, reduceSum, sub } from './build.ts'
import { graphInputs, topological, type Value } from './value.ts'

describe('topological order', () => {
  test('has every value once, after its inputs', () => {
    const x = input('x', [2])
    const a = mul(x, x)
    const b = add(a, x)
    const c = sub(b, a)
    const order = topological([c, a])
    expect(new Set(order).size).toBe(order.length)
    for (const value of order)
      for (const operand of value.inputs) expect(order.indexOf(operand)).toBeLessThan(order.indexOf(value))
    expect(order).toEqual([x, a, b, c])
  })

  test('visits the first output first: the order in which a graph is executed', () => {
    const [x, y] = [input('x', []), input('y', [])]
    const [first, second] = [mul(x, 2), mul(y, 3)]
    expect(topological([first, second]).filter(({ op }) => op !== 'constant')).toEqual([x, first, y, second])
    expect(topological([second, first]).filter(({ op }) => op !== 'constant')).toEqual([y, second, x, first])
  })

  test('of 200,000 values in a row does not overflow the stack', () => {
    let value: Value = input('x', [])
    const one = input('one', [])
    for (let i = 0; i < 200_000; i++) value = add(value, one)
    expect(topological([value]).length).toBe(200_002)
  })

  test('of values that share all they have stays linear', () => {
    let value: Value = input('x', [])
    for (let i = 0; i < 100; i++) value = add(value, value) // 2¹⁰⁰ paths
    expect(topological([value]).length).toBe(101)
  })
})

describe('the inputs of a graph', () => {
  test('come in the order they are reached, one a name', () => {
    const outputs = { y: add(mul(input('b', [2]), input('a', [2])), input('b', [2])) }
    expect(graphInputs({ outputs }).map(({ attrs }) => attrs.name)).toEqual(['b', 'a'])
  })

  test('have one type a name, and no name of an output', () => {
    const clash = { y: add(input('x', [2]), reduceSum(input('x', [3]))) }
    expect(() => graphInputs({ outputs: clash })).toThrow(InputError)
    expect(() => graphInputs({ outputs: clash })).toThrow("graph: input 'x' is float32 [2] and float32 [3]")
    const taken = { x: mul(input('x', [2]), 2) }
    expect(() => graphInputs({ outputs: taken })).toThrow("graph: output 'x' has the name of an input")
    expect(graphInputs({ outputs: { y: input('toString', [2]) } })).toHaveLength(1)
  })
})
