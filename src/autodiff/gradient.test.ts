import { describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { centralDifferences, evaluate } from '../../test/differences.ts'
import { derivative } from '../../test/tolerances.ts'
import { InputError, Rng } from '../base/index.ts'
import {
  add,
  cast,
  constant,
  countFlop,
  exp,
  gelu,
  gridSample,
  input,
  less,
  matmul,
  max,
  mul,
  type Node,
  peakBytes,
  printGraph,
  reduceMax,
  reduceMean,
  reduceSum,
  sign,
  staticShape,
  stopGradient,
  sub,
  topological,
  type Value,
  where,
} from '../graph/index.ts'
import { lower, portableTarget } from '../lower/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, int32 } from '../tensor/index.ts'
import { gradient, pullback } from './gradient.ts'
import { sumTo } from './sum-to.ts'
import type { VjpRule } from './vjp.ts'

const x = input('x', [2])
const feeds = { x: float32([2], [3, -4]) }

/** dL/dv as numbers. */
async function slope(loss: Value, of: Value = x): Promise<number[]> {
  const [dx] = gradient(loss, [of])
  const { slope: result } = await evaluate(referenceBackend(), { slope: dx! }, feeds)
  return Array.from(result!.data, Number)
}

describe('gradient', () => {
  test('is again a graph', () => {
    const [dx] = gradient(reduceSum(mul(x, x)), [x]) as [Value]
    expect(printGraph({ outputs: { dx } })).toMatchInlineSnapshot(`
      "%0 = constant() value={1} → float32 []
      %1 = reshape(%0) shape=[1] → float32 [1]
      %2 = expand(%1) shape=[2] → float32 [2]
      @x = input() → float32 [2]
      %3 = mul(%2, @x) → float32 [2]
      %4 = mul(%2, @x) → float32 [2]
      %5 = add(%3, %4) → float32 [2]
      return dx = %5"
    `)
  })

  test('of a value that the loss does not read is zeros of its shape', async () => {
    expect(await slope(reduceSum(x), input('other', [2, 3]))).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('of a value read twice is the sum over its uses', async () => {
    expect(await slope(add(reduceSum(mul(x, 5)), reduceSum(mul(x, x))))).toEqual([11, -3])
    expect(await slope(reduceSum(add(x, x)))).toEqual([2, 2])
  })

  test('of the loss by itself is 1', async () => {
    const loss = reduceSum(x)
    expect(await slope(loss, loss)).toEqual([1])
  })

  test('of a value between is the gradient there', async () => {
    const middle = mul(x, 2)
    expect(await slope(reduceSum(mul(middle, middle)), middle)).toEqual([12, -16])
  })

  test('of several values comes in their order', async () => {
    const y = input('y', [2])
    const [dy, dx] = gradient(reduceSum(mul(mul(x, 2), y)), [y, x]) as [Value, Value]
    const results = await evaluate(referenceBackend(), { dx, dy }, { ...feeds, y: float32([2], [10, 20]) })
    expect([results.dx!.data, results.dy!.data]).toEqual([Float32Array.of(20, 40), Float32Array.of(6, -8)])
  })

  test('does not pass stopGradient, comparisons, nor whole numbers', async () => {
    expect(await slope(reduceSum(mul(x, stopGradient(x))))).toEqual([3, -4])
    expect(await slope(reduceSum(cast(less(x, 0), 'float32')))).toEqual([0, 0])
    expect(await slope(reduceSum(mul(cast(cast(x, 'int32'), 'float32'), 7)))).toEqual([0, 0])
    expect(await slope(reduceSum(mul(cast(cast(x, 'float64'), 'float32'), 7)))).toEqual([7, 7])
  })

  test('has no branch for what leads to no wanted value', () => {
    const w = input('w', [2])
    const [dw] = gradient(reduceSum(mul(exp(x), w)), [w]) as [Value]
    const ops = topological([dw]).map(({ op }) => op)
    expect(ops.filter((op) => op === 'exp')).toHaveLength(1)
    expect(ops.filter((op) => op === 'mul')).toHaveLength(1)
  })

  test('is not asked where the untaken side of where is not finite', async () => {
    const safe = where(less(x, 0), 1, x)
    expect(await slope(reduceSum(where(less(x, 0), 0, exp(safe))))).toEqual([Math.fround(Math.exp(3)), 0])
  })

  test.each([
    ['a vector', mul(x, 2), 'expected a float32 scalar, got float32 [2]'],
    ['one element in an axis', reduceSum(x, { keepDims: true }), 'got float32 [1]'],
    ['a whole number', constant(int32([], [1])), 'got int32 []'],
  ])('of %s is an InputError', (_, loss, message) => {
    expect(() => gradient(loss, [x])).toThrow(InputError)
    expect(() => gradient(loss, [x])).toThrow(message)
  })

  test('of 5,000 layers does not overflow the stack', async () => {
    let value: Value = x
    for (let i = 0; i < 5000; i++) value = add(mul(value, 0.5), 1)
    const [dx] = gradient(reduceSum(value), [x]) as [Value]
    expect(topological([dx]).length).toBeGreaterThan(5000)
    expect(await slope(reduceSum(value))).toEqual([0, 0]) // 2⁻⁵⁰⁰⁰
  })

  test('of lowered ops is a mistake of ours', () => {
    const lowered = {
      op: 'gemm',
      inputs: [x, x, x],
      attrs: { transA: false, transB: false },
      shape: [],
      dtype: 'float32',
    }
    expect(() => gradient(lowered as unknown as Value, [x])).toThrow('internal: gemm is made by lower')
  })
})

describe('an op without a derivative', () => {
  const photo = input('photo', [1, 1, 2, 2])
  const grid = input('grid', [1, 1, 1, 2])
  const sampled = (pixels: Value, at: Value) => reduceSum(gridSample(pixels, at))
  const message =
    "gradient: gridSample has no derivative, expected inputs that do not depend on 'grid', got mul [1, 1, 1, 2]"

  test('that an active input reaches is an InputError, whichever operand it is', () => {
    const moved = sampled(photo, mul(grid, 2))
    expect(() => gradient(moved, [grid])).toThrow(InputError)
    expect(() => gradient(moved, [grid])).toThrow(message)
    expect(() => gradient(moved, [photo])).toThrow("expected inputs that do not depend on 'photo', got input")
    expect(() => pullback([moved], [constant(float32([], [1]))], [grid])).toThrow('hint: stopGradient(…)')
  })

  test('is none where nothing that is asked for reaches it, or reaches it only past a stop', async () => {
    const values = { photo: float32([1, 1, 2, 2], [1, 2, 3, 4]), grid: float32([1, 1, 1, 2], [0, 0]) }
    const loss = add(mul(sampled(stopGradient(photo), sign(grid)), reduceSum(grid)), sampled(photo, less01(grid)))
    const [dg] = gradient(loss, [grid]) as [Value]
    const { y } = await evaluate(referenceBackend(), { y: dg }, values)
    expect([...y!.data]).toEqual([2.5, 2.5]) // the mean of the four
    const own = gridSample(photo, grid)
    const [dOwn] = gradient(reduceSum(mul(own, own)), [own]) as [Value]
    const { z } = await evaluate(referenceBackend(), { z: dOwn }, values)
    expect([...z!.data]).toEqual([5])
  })

  /** 1 where x < 0, else 0: it jumps. */
  function less01(x: Value): Value {
    return cast(less(x, 0), 'float32')
  }
})

describe('whole numbers', () => {
  test('have gradient zero, and pass none on', async () => {
    const n = input('n', [2], 'int32')
    const loss = reduceSum(mul(cast(add(n, n), 'float32'), x))
    const values = { ...feeds, n: { dtype: 'int32', shape: [2], data: Int32Array.of(3, 4) } as const }
    const [dn, dx] = gradient(loss, [n, x]) as [Value, Value]
    const results = await evaluate(referenceBackend(), { dn, dx }, values)
    expect([[...results.dn!.data], [...results.dx!.data]]).toEqual([
      [0, 0],
      [6, 8],
    ])
  })
})

describe('a rule', () => {
  test('that forgets an operand does not compile', () => {
    // @ts-expect-error mul has two inputs, and so two cotangents
    const forgets: VjpRule<'mul'> = ({ inputs: [, b] }, dy) => [mul(dy, b)]
    // @ts-expect-error no gradient flows to a condition, and that has to be said
    const skips: VjpRule<'where'> = ({ inputs: [condition] }, dy) => [undefined, where(condition, dy, 0), dy]
    const whole: VjpRule<'mul'> = ({ inputs: [a, b] }, dy) => [mul(dy, b), mul(dy, a)]
    expect([forgets, skips, whole].map((rule) => typeof rule)).toEqual(['function', 'function', 'function'])
  })
})

describe('sumTo', () => {
  test('sums over the axes that were broadcast', async () => {
    const y = input('y', [2, 3])
    const values = { y: float32([2, 3], [1, 2, 3, 10, 20, 30]) }
    const sums = { column: sumTo(y, [2, 1]), row: sumTo(y, [3]), all: sumTo(y, []), same: sumTo(y, [2, 3]) }
    const results = await evaluate(referenceBackend(), sums, values)
    expect(Object.values(results).map(({ shape, data }) => [shape, [...data]])).toEqual([
      [
        [2, 1],
        [6, 60],
      ],
      [[3], [11, 22, 33]],
      [[], [66]],
      [
        [2, 3],
        [1, 2, 3, 10, 20, 30],
      ],
    ])
  })

  test('refuses what is no broadcast of the input', () => {
    const y = input('y', [2, 3])
    expect(() => sumTo(y, [2])).toThrow('do not broadcast')
    expect(() => sumTo(input('one', [1]), [3])).toThrow('internal: a cotangent of shape [1] for an input of shape [3]')
  })
})

describe('at kinks', () => {
  test('max and reduceMax give the whole slope, once', async () => {
    expect(await slope(reduceSum(max(x, stopGradient(x))))).toEqual([1, 1])
    const tied = input('x', [4])
    const [dx] = gradient(reduceMax(tied), [tied]) as [Value]
    const { y } = await evaluate(referenceBackend(), { y: dx }, { x: float32([4], [2, 5, 5, 1]) })
    expect([...y!.data]).toEqual([0, 0.5, 0.5, 0])
  })
})

describe('pullback', () => {
  test('is the product of cotangents with the derivatives of several outputs', async () => {
    const outputs = [mul(x, x), reduceSum(x)]
    const [dx] = pullback(outputs, [constant(float32([2], [10, 100])), constant(float32([], [7]))], [x]) as [Value]
    const { y } = await evaluate(referenceBackend(), { y: dx }, feeds)
    expect([...y!.data]).toEqual([67, -793])
  })

  test('continues a gradient: in two parts it is what it is in one', async () => {
    const a = input('a', [3, 2])
    const w = input('w', [2, 2])
    const features = gelu(matmul(a, w))
    const lossOf = (f: Value) => reduceMean(mul(sub(f, 0.3), exp(f)))
    const whole = gradient(lossOf(features), [a, w])
    const cut = input('features', [3, 2])
    const [dFeatures] = gradient(lossOf(cut), [cut]) as [Value]
    const values = {
      a: float32([3, 2], [0.1, -0.4, 1.2, 0.7, -0.9, 0.3]),
      w: float32([2, 2], [0.5, -1, 0.25, 0.8]),
    }
    const backend = referenceBackend({ floats: 'float64' })
    const { f } = await evaluate(backend, { f: features }, values)
    const { d } = await evaluate(backend, { d: dFeatures }, { features: f! })
    const parts = pullback([features], [input('d', [3, 2])], [a, w])
    const actual = await evaluate(backend, { da: parts[0]!, dw: parts[1]! }, { ...values, d: d! })
    const expected = await evaluate(backend, { da: whole[0]!, dw: whole[1]! }, values)
    for (const name of ['da', 'dw']) expectClose(name, actual[name]!, expected[name]!, derivative)
    const slopes = await centralDifferences(lossOf(features), ['a', 'w'], values)
    expectClose('a', actual.da!, slopes.a!, derivative)
  })

  test.each([
    ['another shape', [constant(float32([1], [1]))], 'pullback: cotangent 0, expected [2], got [1]'],
    ['none', [], 'pullback: cotangent 0, expected [2], got undefined'],
  ])('of a cotangent of %s is an InputError', (_, cotangents, message) => {
    expect(() => pullback([x], cotangents, [x])).toThrow(InputError)
    expect(() => pullback([x], cotangents, [x])).toThrow(message)
  })
})

describe('recomputation', () => {
  /** Four blocks on x [512, 32], each 32 → 128 → 32 wide, the last one's end read twice; and where they begin and end. */
  function blocks() {
    const names = Array.from({ length: 4 }, (_, i) => [input(`a${i}`, [32, 128]), input(`b${i}`, [128, 32])] as const)
    const ends: Value[] = [exp(mul(input('rows', [512, 32]), 0.1))]
    for (const [a, b] of names) {
      const x = ends.at(-1)!
      ends.push(exp(mul(add(x, matmul(gelu(matmul(x, a)), b)), 0.1))) // its rule reads the end itself
    }
    const loss = reduceMean(mul(ends.at(-1)!, ends.at(-1)!))
    const segments = ends.slice(1).map((to, i) => ({ from: ends[i]!, to }))
    return { loss, params: names.flat(), segments }
  }
  const outputs = (gradients: readonly Value[]) =>
    Object.fromEntries(gradients.map((value, i) => [`g${i}`, value] as const))

  test('gives the same gradients, with less memory and more work', async () => {
    const { loss, params, segments } = blocks()
    const [kept, again] = [outputs(gradient(loss, params)), outputs(gradient(loss, params, { segments }))]
    const rng = new Rng('recompute')
    const own = Object.fromEntries(
      [...params, input('rows', [512, 32])].map((value) => {
        const { name } = (value as Node<'input'>).attrs
        const shape = staticShape(value.shape)
        return [name, initialise(shape, rng.fork(name))] as const
      }),
    )
    const [a, b] = await Promise.all([kept, again].map((values) => evaluate(referenceBackend(), values, own)))
    for (const name of Object.keys(kept)) expect([...b![name]!.data]).toEqual([...a![name]!.data])
    const lowered = [kept, again].map((values) => lower({ outputs: values }, portableTarget))
    expect(peakBytes(lowered[1]!)).toBeLessThan(0.6 * peakBytes(lowered[0]!))
    // three products a weight, and one more of each block's first; the second's forward product is not needed again
    expect(countFlop({ outputs: again })).toBeGreaterThan(1.1 * countFlop({ outputs: kept }))
    const gelus = lowered.map(
      ({ outputs: o }) => topological(Object.values(o)).filter(({ op }) => op === 'gelu').length,
    )
    expect(gelus).toEqual([4, 8])
  })

  test('of some blocks leaves the others as they are', () => {
    const { loss, params, segments } = blocks()
    const some = { outputs: outputs(gradient(loss, params, { segments: segments.slice(0, 2) })) }
    expect(topological(Object.values(some.outputs)).filter(({ op }) => op === 'gelu').length).toBe(6)
  })

  test('where nothing before the end is wanted nothing is computed again', () => {
    const { loss, params, segments } = blocks()
    const last = { outputs: outputs(gradient(loss, params.slice(-1), { segments: segments.slice(0, 3) })) }
    expect(topological(Object.values(last.outputs)).filter(({ op }) => op === 'gelu').length).toBe(4)
  })
})

function initialise(shape: readonly number[], rng: Rng) {
  return float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.2 * rng.normal()),
  )
}
