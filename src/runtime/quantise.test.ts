import { expect, test } from 'vitest'
import { Rng } from '../base/index.ts'
import { add, input, matmul } from '../graph/index.ts'
import { roundColumns } from '../lower/quantise.ts'
import { float32, type Tensor } from '../tensor/index.ts'
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

test('a graph without such a product stays what it is', async () => {
  const graph = { outputs: { y: matmul(input('x', [2, 48]), input('z', [48, 2])) } }
  expect(await quantise(graph, new Map(), await ortBackend())).toBe(graph)
})
