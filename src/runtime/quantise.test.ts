import { describe, expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import { add, type Graph, gelu, input, matmul, mul, reduceSum, type Value } from '../graph/index.ts'
import { roundColumns, roundProducts } from '../lower/quantise.ts'
import { float32, type Tensor, zeros } from '../tensor/index.ts'
import { ortBackend, quantise } from './index.ts'

const [rows, terms, features] = [5, 48, 7]
const rng = new Rng('quantise')
const draw = (shape: readonly number[], mean = 0) =>
  float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => mean + rng.normal()),
  )

/** ONNX's DynamicQuantizeLinear: 255 steps from min(0, x) to max(0, x), rounded half to even. */
function rounded(x: Float32Array): { readonly values: number[]; readonly scale: number; readonly zero: number } {
  const [low, high] = [Math.min(0, ...x), Math.max(0, ...x)]
  const scale = Math.fround(Math.fround(high - low) / 255)
  const even = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v))
  const clamp = (v: number) => Math.min(255, Math.max(0, v))
  const zero = clamp(even(-low / scale))
  return { values: [...x].map((v) => clamp(even(Math.fround(v / scale)) + zero)), scale, zero }
}

test('the sums are those of ONNX’s rule, by hand', async () => {
  const [x, w, bias] = [draw([rows, terms], 0.3), draw([features, terms]), draw([features])]
  const y = add(
    matmul(input('x', [rows, terms]), input('w', [features, terms]), { transB: true }),
    input('b', [features]),
  )
  const parameters = new Map<string, Tensor>([
    ['w', w],
    ['b', bias],
  ])
  const backend = await ortBackend({ threads: 1 })
  const program = await backend.compile(await quantise({ outputs: { y } }, parameters, backend), { parameters })
  const result = (await program.run({ x })).y!.data
  await program.release()
  const { values, scale, zero } = rounded(x.data)
  const { columns, scale: scales } = roundColumns(w, true)
  for (let i = 0; i < rows; i++)
    for (let n = 0; n < features; n++) {
      let sum = 0
      for (let k = 0; k < terms; k++) sum += (values[i * terms + k]! - zero) * columns.data[k * features + n]!
      const expected = sum * scale * scales.data[n]! + bias.data[n]!
      expect(Number(result[i * features + n]), `[${i}, ${n}]`).toBeCloseTo(expected, 4)
      let exact = bias.data[n]!
      for (let k = 0; k < terms; k++) exact += x.data[i * terms + k]! * w.data[n * terms + k]!
      expect(Math.abs(expected - exact)).toBeLessThan(0.4) // √48 terms, each off by up to half a step of both
    }
})

describe('weights that are fed at each run', async () => {
  const backend = await ortBackend({ threads: 1 })
  const names = ['x', 'w', 'v', 'g'] as const
  const [m, k, n, f] = [6, 40, 36, 33]
  const shapes = { x: [m, k], w: [n, k], v: [n, f], g: [m, f] } as const
  const [x, w, v] = names.map((name) => input(name, shapes[name])) as [Value, Value, Value]
  const feeds = Object.fromEntries(names.map((name) => [name, draw(shapes[name], name === 'x' ? 0.3 : 0)]))

  test('are rounded by column, the other side by row: the sums by hand', async () => {
    const given = { x: draw(shapes.x, 0.3), w: draw(shapes.w) }
    for (let j = 0; j < k; j++) given.x.data[2 * k + j] = 0 // a row of zeros
    for (let j = 0; j < k; j++) given.x.data[3 * k + j]! *= 1e-6 // beside rows a million times as large
    const program = await backend.compile(
      roundProducts({ outputs: { y: matmul(x, w, { transB: true }) } }, new Set(['w'])),
    )
    const y = (await program.run(given)).y!.data
    await program.release()
    const { columns, scale } = roundColumns(given.w, true)
    for (let i = 0; i < m; i++) {
      const row = [...given.x.data.subarray(i * k, (i + 1) * k)]
      const step = Math.fround(Math.max(1e-30, ...row.map(Math.abs)) / 127)
      for (let j = 0; j < n; j++) {
        const terms = row.map((v, t) => Math.round(v / step) * columns.data[t * n + j]!)
        const sum = terms.reduce((a, b) => a + b, 0) * step * scale.data[j]!
        expect(Math.abs(Number(y[i * n + j]) - sum) / (step * scale.data[j]!), `[${i}, ${j}]`).toBeLessThan(0.01)
      }
    }
    expect([...y.subarray(2 * n, 3 * n)]).toEqual(new Array(n).fill(0))
  })

  test('a weight of zeros, whole or by column, gives zeros and no NaN', async () => {
    const zeroed = draw(shapes.v)
    for (let i = 0; i < n; i++) zeroed.data[i * f + 2] = 0
    const program = await backend.compile(
      roundProducts(
        { outputs: { y: matmul(input('h', [m, n]), v), z: matmul(x, w, { transB: true }) } },
        new Set(['v', 'w']),
      ),
    )
    const { y, z } = await program.run({ h: draw([m, n]), v: zeroed, x: feeds.x!, w: zeros('float32', shapes.w) })
    await program.release()
    const column = Array.from({ length: m }, (_, i) => y!.data[i * f + 2])
    expect(column).toEqual(new Array(m).fill(0))
    expect(y!.data.every((value) => Number.isFinite(value)) && y!.data.some((value) => value !== 0)).toBe(true)
    expect([...z!.data].every((value) => value === 0)).toBe(true)
  })

  test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d on either side is not rounded to a number',
    async (bad) => {
      const program = await backend.compile(
        roundProducts({ outputs: { y: matmul(x, w, { transB: true }) } }, new Set(['w'])),
      )
      const spoilt = (tensor: Tensor<'float32'>, at: number) => {
        tensor.data[at] = bad
        return tensor
      }
      const row = await program.run({ x: spoilt(draw(shapes.x), 2 * k + 7), w: draw(shapes.w) })
      const column = await program.run({ x: draw(shapes.x), w: spoilt(draw(shapes.w), 5 * k + 3) })
      await program.release()
      const lost = (y: Tensor, isIn: (i: number, j: number) => boolean) =>
        Array.from(y.data, Number).filter((v, at) => isIn(Math.floor(at / n), at % n) && Number.isFinite(v))
      expect(lost(row.y!, (i) => i === 2)).toEqual([])
      expect(lost(row.y!, (i) => i !== 2)).toHaveLength((m - 1) * n)
      expect(lost(column.y!, (_, j) => j === 5)).toEqual([])
    },
  )

  test('rounded gradients are near the exact ones, and not they', async () => {
    const y = matmul(gelu(matmul(x, w, { transB: true })), v)
    const [dx, dw, dv] = gradient(reduceSum(mul(y, input('g', shapes.g))), [x, w, v]) as [Value, Value, Value]
    const graph: Graph = { outputs: { y, dx, dw, dv } }
    const [plain, rounded] = [
      await backend.compile(graph),
      await backend.compile(roundProducts(graph, new Set(['w', 'v']))),
    ]
    const [expected, actual] = [await plain.run(feeds), await rounded.run(feeds)]
    await Promise.all([plain.release(), rounded.release()])
    for (const name of ['y', 'dx', 'dw', 'dv']) {
      const error = relativeError(actual[name]!, expected[name]!)
      expect(error, name).toBeGreaterThan(1e-5)
      expect(error, name).toBeLessThan(0.06)
    }
  })
})

test('a graph without such a product stays what it is', async () => {
  const graph = { outputs: { y: matmul(input('x', [2, 48]), input('z', [48, 2])) } }
  expect(await quantise(graph, new Map(), await ortBackend())).toBe(graph)
})
