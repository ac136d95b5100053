import { describe, expect, test } from 'vitest'
import { gradient } from '../autodiff/index.ts'
import { add, depthwiseConv, exp, input, matmul, mul, reduceSum, reshape } from './build.ts'
import { countFlop, peakBytes } from './cost.ts'
import type { Value } from './value.ts'

const flop = (...values: readonly Value[]) =>
  countFlop({ outputs: Object.fromEntries(values.map((v, i) => [`y${i}`, v])) })
const peak = (...values: readonly Value[]) =>
  peakBytes({ outputs: Object.fromEntries(values.map((v, i) => [`y${i}`, v])) })

describe('countFlop', () => {
  test('a product [4, 6] · [6, 5] is 2 · 4 · 6 · 5, and its gradients are two more', () => {
    const [a, b] = [input('a', [4, 6]), input('b', [5, 6])]
    const y = matmul(a, b, { transB: true })
    expect(flop(y)).toBe(240)
    expect(flop(matmul(input('c', [6, 4]), b, { transA: true, transB: true }))).toBe(240)
    const loss = reduceSum(mul(y, y))
    expect(flop(loss, ...gradient(loss, [a, b]))).toBe(3 * 240)
  })

  test('a depthwise 7×7 is 2 · 49 an output number, and so is each of its gradients', () => {
    const [x, w] = [input('x', [2, 8, 6, 4]), input('w', [4, 1, 7, 7])]
    const y = depthwiseConv(x, w, 3)
    const once = 2 * 49 * (2 * 8 * 6 * 4)
    expect(flop(y)).toBe(once)
    const loss = reduceSum(mul(y, y))
    expect(flop(loss, ...gradient(loss, [x, w]))).toBe(3 * once)
  })
})

describe('peakBytes', () => {
  const x = input('x', [1000]) // 4000 bytes, which stay

  test('a chain holds the input and two links', () => {
    expect(peak(exp(x))).toBe(8000)
    expect(peak(exp(exp(exp(exp(x)))))).toBe(12000)
  })

  test('what is needed later is held', () => {
    const a = exp(x)
    // x, a, and of exp(exp(a)) two links
    expect(peak(add(exp(exp(exp(a))), a))).toBe(16000)
  })

  test('outputs are held to the end', () => {
    // the longest is computed first; while the second one's link and itself are made, it is there beside x
    const [a, b, c] = [exp(x), exp(exp(x)), exp(exp(exp(x)))]
    expect(peak(a, b, c)).toBe(16000)
  })

  test('a view costs nothing, but keeps what it looks at', () => {
    const a = exp(x)
    const view = reshape(a, [10, 100])
    expect(peak(view)).toBe(8000)
    // a is alive, through its view, while exp(exp(exp(x))) is computed beside it
    const other = reshape(exp(exp(exp(x))), [10, 100])
    expect(peak(add(view, other))).toBe(16000)
  })

  test('the last of a value’s inputs is computed first', () => {
    // exp(exp(a)) is done, and one number left of it, before exp(exp(b)) begins: x, the number, and two links
    const number = (value: Value) => reduceSum(exp(exp(value)))
    const [a, b] = [input('a', [1000]), input('b', [1000])]
    expect(peak(add(number(a), number(b)))).toBe(3 * 4000 + 4000 + 4)
  })

  test('smaller numbers take less', () => {
    expect(peak(input('pixels', [1000], 'uint8'))).toBe(1000)
  })
})
