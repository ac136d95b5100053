import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { InputError } from '../src/base/index.ts'
import {
  add,
  cast,
  constant,
  equal,
  type Graph,
  input,
  matmul,
  mul,
  reduceSum,
  reshape,
  type Value,
} from '../src/graph/index.ts'
import type { Backend, Program } from '../src/runtime/index.ts'
import { float32, int32, type Tensor, tensor, zeros } from '../src/tensor/index.ts'
import { implementations } from './backends.ts'

describe.each(implementations.filter(({ skip }) => skip === undefined))('$name', ({ create }) => {
  let backend: Backend
  const programs: Program[] = []

  beforeAll(async () => {
    backend = await create()
  })
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.release()
  })

  async function compile(outputs: Graph['outputs']): Promise<Program> {
    const program = await backend.compile({ outputs })
    programs.push(program)
    return program
  }

  describe('outputs', () => {
    test('come under their names, in the order of the graph', async () => {
      const [x, y] = pair()
      const program = await compile({ sum: add(x, y), product: mul(x, y) })
      const results = await program.run({ x: float32([2], [3, 4]), y: float32([2], [10, 20]) })
      expect(Object.keys(results)).toEqual(['sum', 'product'])
      expect(plain(results.sum!)).toEqual({ dtype: 'float32', shape: [2], data: [13, 24] })
      expect(plain(results.product!)).toEqual({ dtype: 'float32', shape: [2], data: [30, 80] })
    })

    test('may read one input twice', async () => {
      const [x] = pair()
      const { y } = await (await compile({ y: add(mul(x, x), x) })).run({ x: float32([2], [3, -4]) })
      expect(numbers(y!)).toEqual([12, 12])
    })

    test('may be an input', async () => {
      const [x] = pair()
      const { y } = await (await compile({ y: x })).run({ x: float32([2], [3, -4]) })
      expect(numbers(y!)).toEqual([3, -4])
    })

    test('that are an input are a copy of it', async () => {
      const [x] = pair()
      const fed = float32([2], [3, -4])
      const { y } = await (await compile({ y: x })).run({ x: fed })
      fed.data.fill(0)
      expect(numbers(y!)).toEqual([3, -4])
    })

    test('may be a constant', async () => {
      const { y } = await (await compile({ y: constant(float32([1, 2], [7, 8])) })).run({})
      expect(plain(y!)).toEqual({ dtype: 'float32', shape: [1, 2], data: [7, 8] })
    })

    test('may be one value twice, in memory of their own', async () => {
      const [x] = pair()
      const twice = mul(x, 2)
      const { a, b, c } = await (await compile({ a: twice, b: twice, c: x })).run({ x: float32([2], [1, 2]) })
      ;(a!.data as Float32Array).fill(0)
      expect([numbers(b!), numbers(c!)]).toEqual([
        [2, 4],
        [1, 2],
      ])
    })

    test('may be what another output is made from', async () => {
      const [x] = pair()
      const inner = mul(x, 2)
      const { a, b } = await (await compile({ a: inner, b: add(inner, 1) })).run({ x: float32([2], [1, 2]) })
      expect([numbers(a!), numbers(b!)]).toEqual([
        [2, 4],
        [3, 5],
      ])
    })

    test('may have the names that emission gives to nodes', async () => {
      const x = input('Mul_0', [2])
      const inner = mul(x, 2)
      const outputs = { Mul_1: add(mul(inner, 3), 1), Add_2: inner, constant_0: mul(inner, 5) }
      const results = await (await compile(outputs)).run({ Mul_0: float32([2], [1, 2]) })
      expect(Object.entries(results).map(([name, t]) => [name, numbers(t)])).toEqual([
        ['Mul_1', [7, 13]],
        ['Add_2', [2, 4]],
        ['constant_0', [10, 20]],
      ])
    })

    test('may not have the name of an input', async () => {
      const [x] = pair()
      await expect(backend.compile({ outputs: { x: mul(x, 2) } })).rejects.toThrow(InputError)
      await expect(backend.compile({ outputs: { x: mul(x, 2) } })).rejects.toThrow("'x'")
    })
  })

  describe('feeds', () => {
    const wrong: readonly (readonly [string, Tensor | undefined, string])[] = [
      ['missing', undefined, "input 'x' is missing"],
      ['of another dtype', int32([2, 3], [1, 2, 3, 4, 5, 6]), "input 'x', expected float32 [2, 3], got int32 [2, 3]"],
      ['of another size', zeros('float32', [2, 4]), "input 'x', expected float32 [2, 3], got float32 [2, 4]"],
      ['of another rank', zeros('float32', [6]), "input 'x', expected float32 [2, 3], got float32 [6]"],
    ]
    test.each(wrong)('%s are InputErrors that name them', async (_, fed, message) => {
      const program = await compile({ y: mul(input('x', [2, 3]), 2) })
      const run = program.run(fed === undefined ? {} : { x: fed })
      await expect(run).rejects.toThrow(InputError)
      await expect(run).rejects.toThrow(message)
    })

    test('that disagree about a symbolic size are InputErrors', async () => {
      const program = await compile({ y: add(input('a', ['N', 2]), input('b', ['N', 2])) })
      const run = program.run({ a: zeros('float32', [3, 2]), b: zeros('float32', [4, 2]) })
      await expect(run).rejects.toThrow(InputError)
      await expect(run).rejects.toThrow("input 'b', expected float32 [N, 2], got float32 [4, 2]")
    })

    test('with one name and two types are InputErrors, with one type are one', async () => {
      const clash = { y: add(input('x', [2]), reduceSum(input('x', [3]))) }
      await expect(backend.compile({ outputs: clash })).rejects.toThrow(InputError)
      const same = await compile({ y: add(input('x', [2]), mul(input('x', [2]), 10)) })
      expect(numbers((await same.run({ x: float32([2], [1, 2]) })).y!)).toEqual([11, 22])
    })

    test('that the graph does not read are let be', async () => {
      const [x] = pair()
      const { y } = await (await compile({ y: mul(x, 2) })).run({ x: float32([2], [1, 2]), other: int32([1], [0]) })
      expect(numbers(y!)).toEqual([2, 4])
    })

    test('may be float64 where float32 is read', async () => {
      const [x] = pair()
      const { y } = await (await compile({ y: mul(x, 2) })).run({ x: tensor('float64', [2], Float64Array.of(1, 2)) })
      expect(plain(y!)).toEqual({ dtype: 'float32', shape: [2], data: [2, 4] })
    })

    test('are not written to', async () => {
      const [x] = pair()
      const fed = float32([2], [1, 2])
      await (await compile({ y: mul(add(x, 1), 2), z: x })).run({ x: fed })
      expect(numbers(fed)).toEqual([1, 2])
    })

    test('may be views of larger memory', async () => {
      const [x] = pair()
      const memory = Float32Array.of(9, 1, 2, 9)
      const { y } = await (await compile({ y: mul(x, 2) })).run({ x: tensor('float32', [2], memory.subarray(1, 3)) })
      expect(numbers(y!)).toEqual([2, 4])
    })
  })

  describe('into', () => {
    test('is written in place and returned', async () => {
      const [x] = pair()
      const program = await compile({ y: mul(x, 2), z: mul(x, 3) })
      const memory = zeros('float32', [2])
      const { y, z } = await program.run({ x: float32([2], [1, 2]) }, { y: memory })
      expect(y).toBe(memory)
      expect(numbers(memory)).toEqual([2, 4])
      expect(numbers(z!)).toEqual([3, 6])
    })

    test('works for outputs that are inputs, constants or taken', async () => {
      const [x] = pair()
      const twice = mul(x, 2)
      const program = await compile({ a: twice, b: twice, c: x, d: constant(float32([2], [5, 6])) })
      const into = {
        a: zeros('float32', [2]),
        b: zeros('float32', [2]),
        c: zeros('float32', [2]),
        d: zeros('float32', [2]),
      }
      await program.run({ x: float32([2], [1, 2]) }, into)
      expect(Object.values(into).map(numbers)).toEqual([
        [2, 4],
        [2, 4],
        [1, 2],
        [5, 6],
      ])
    })

    test('carries a state through steps, two sets in turn', async () => {
      const [x] = pair()
      const program = await compile({ next: mul(x, 2) })
      const sets = [float32([2], [1, 3]), zeros('float32', [2])] as const
      for (let step = 0; step < 5; step++) await program.run({ x: sets[step % 2]! }, { next: sets[(step + 1) % 2]! })
      expect(numbers(sets[1])).toEqual([32, 96])
      expect(numbers(sets[0])).toEqual([16, 48])
    })

    test.each([
      ['size', zeros('float32', [3])],
      ['rank', zeros('float32', [1, 2])],
      ['dtype', zeros('int32', [2])],
    ])('of another %s is an InputError that names it', async (_, memory) => {
      const [x] = pair()
      const program = await compile({ y: mul(x, 2) })
      const run = program.run({ x: float32([2], [1, 2]) }, { y: memory })
      await expect(run).rejects.toThrow(InputError)
      await expect(run).rejects.toThrow("output 'y', expected float32 [2]")
    })
  })

  describe('parameters', () => {
    const w = input('w', [2, 2])
    const y = matmul(input('x', ['N', 2]), w)
    const parameters = new Map([['w', float32([2, 2], [1, 2, 3, 4])]])

    test('are not fed, and are the same in every run', async () => {
      const program = await backend.compile({ outputs: { y } }, { parameters })
      programs.push(program)
      for (const v of [1, 10]) {
        const { y: result } = await program.run({ x: float32([1, 2], [v, v]) })
        expect(numbers(result!)).toEqual([4 * v, 6 * v])
      }
    })

    test('that the graph does not read are passed over', async () => {
      const all = new Map([...parameters, ['head', float32([1], [1])]])
      const program = await backend.compile({ outputs: { y } }, { parameters: all })
      programs.push(program)
      expect(numbers((await program.run({ x: float32([1, 2], [1, 0]) })).y!)).toEqual([1, 2])
    })

    test('of another shape are InputErrors that name them, even where they would broadcast', async () => {
      const run = async (wrong: Tensor) => {
        const program = await backend.compile({ outputs: { z: mul(w, 2) } }, { parameters: new Map([['w', wrong]]) })
        await program.run({})
      }
      await expect(run(float32([2], [1, 2]))).rejects.toThrow(InputError)
      await expect(run(float32([2], [1, 2]))).rejects.toThrow("'w', expected float32 [2, 2], got float32 [2]")
    })

    test('may be outputs', async () => {
      const program = await backend.compile({ outputs: { y, copy: w } }, { parameters })
      programs.push(program)
      const { copy } = await program.run({ x: float32([1, 2], [1, 0]) })
      expect(plain(copy!)).toEqual({ dtype: 'float32', shape: [2, 2], data: [1, 2, 3, 4] })
    })
  })

  describe('types and sizes', () => {
    test('uint8 pixels and int32 labels enter and leave', async () => {
      const pixels = input('pixels', ['N', 2], 'uint8')
      const labels = input('labels', ['N'], 'int32')
      const oneHot = cast(equal(reshape(labels, ['N', 1]), constant(int32([3], [0, 1, 2]))), 'float32')
      const program = await compile({
        scaled: mul(cast(pixels, 'float32'), 1 / 255),
        oneHot,
        pixels2: pixels,
        labels2: labels,
      })
      const results = await program.run({
        pixels: tensor('uint8', [2, 2], Uint8Array.of(0, 255, 51, 102)),
        labels: int32([2], [2, 0]),
      })
      expect(numbers(results.scaled!).map((v) => v.toFixed(6))).toEqual([
        '0.000000',
        '1.000000',
        '0.200000',
        '0.400000',
      ])
      expect(plain(results.oneHot!)).toEqual({ dtype: 'float32', shape: [2, 3], data: [0, 0, 1, 1, 0, 0] })
      expect(plain(results.pixels2!)).toEqual({ dtype: 'uint8', shape: [2, 2], data: [0, 255, 51, 102] })
      expect(plain(results.labels2!)).toEqual({ dtype: 'int32', shape: [2], data: [2, 0] })
    })

    test('a symbolic batch takes two sizes in turn', async () => {
      const x = input('x', ['N', 3])
      const program = await compile({ y: matmul(x, constant(float32([3, 1], [1, 10, 100]))) })
      for (const n of [1, 4, 2]) {
        const { y } = await program.run({
          x: float32(
            [n, 3],
            Array.from({ length: n * 3 }, (_, i) => i),
          ),
        })
        const expected = Array.from({ length: n }, (_, i) => 3 * i * 111 + 210)
        expect(plain(y!)).toEqual({ dtype: 'float32', shape: [n, 1], data: expected })
      }
    })

    test('a multiple of the symbolic size is known', async () => {
      const x = input('x', ['N', 4])
      const program = await compile({ y: reshape(x, ['2*N', 2]) })
      const { y } = await program.run({
        x: float32(
          [3, 4],
          Array.from({ length: 12 }, (_, i) => i),
        ),
      })
      expect(y!.shape).toEqual([6, 2])
    })

    test('sizes of 1 and scalars', async () => {
      const x = input('x', [1, 1, 1])
      const s = input('s', [])
      const { y, z } = await (await compile({ y: add(x, s), z: reduceSum(mul(x, s)) })).run({
        x: float32([1, 1, 1], [3]),
        s: float32([], [4]),
      })
      expect(plain(y!)).toEqual({ dtype: 'float32', shape: [1, 1, 1], data: [7] })
      expect(plain(z!)).toEqual({ dtype: 'float32', shape: [], data: [12] })
    })
  })

  describe('programs', () => {
    test('give the same twice', async () => {
      const x = input('x', [3, 3])
      const program = await compile({ loss: reduceSum(mul(matmul(x, x), x)) })
      const feeds = { x: float32([3, 3], [0.1, -0.7, 2, 0.3, 1, -1.1, 0.9, 0.5, 0.2]) }
      const [first, second] = [await program.run(feeds), await program.run(feeds)]
      expect(first.loss!.data).toEqual(second.loss!.data)
    })

    test('run one after another when asked at once', async () => {
      const [x] = pair()
      const program = await compile({ y: mul(x, 2) })
      const results = await Promise.all([1, 2, 3].map((v) => program.run({ x: float32([2], [v, v]) })))
      expect(results.map(({ y }) => numbers(y!))).toEqual([
        [2, 2],
        [4, 4],
        [6, 6],
      ])
    })

    test('of gradients run', async () => {
      const x = input('x', [2, 2])
      const [dx] = gradient(reduceSum(mul(matmul(x, x), 0.5)), [x]) as [Value]
      const { dx: result } = await (await compile({ dx })).run({ x: float32([2, 2], [1, 2, 3, 4]) })
      expect(numbers(result!)).toEqual([3.5, 5.5, 4.5, 6.5])
    })

    test('can be released while another lives', async () => {
      const [x] = pair()
      const first = await backend.compile({ outputs: { y: mul(x, 2) } })
      const second = await compile({ y: mul(x, 3) })
      await first.run({ x: float32([2], [1, 2]) })
      await first.release()
      expect(numbers((await second.run({ x: float32([2], [1, 2]) })).y!)).toEqual([3, 6])
    })
  })
})

for (const { name, skip } of implementations) if (skip !== undefined) test.skip(`${name}: ${skip}`)

function pair(): [Value, Value] {
  return [input('x', [2]), input('y', [2])]
}

function numbers(t: Tensor): number[] {
  return Array.from(t.data, Number)
}

function plain(t: Tensor) {
  return { dtype: t.dtype, shape: [...t.shape], data: numbers(t) }
}
