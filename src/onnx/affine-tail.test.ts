import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { input, mul, reshape } from '../graph/index.ts'
import { openOnnx } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { type AffineTail, appendTail } from './affine-tail.ts'
import { encodeModel } from './file.ts'
import { toOnnx } from './model.ts'

/** Twice its input, two numbers a photo, as [N, 2, 1, 1]. */
const twice = () => toOnnx({ outputs: { y: mul(reshape(input('x', ['N', 2]), ['N', 2, 1, 1]), 2) } })
const x = float32([2, 2], [3, 4, 0, 0])

async function run(model: ReturnType<typeof twice>): Promise<number[]> {
  const path = join(temporaryFolder(), 'm.onnx')
  writeFileSync(path, encodeModel(model, '').model)
  const opened = await openOnnx(path, { threads: 1 })
  expect(opened.outputs.length).toBe(1)
  const results = await opened.run({ x })
  await opened.release()
  return [...results[opened.outputs[0]!.name]!.data].map(Number)
}

const close = (values: readonly number[]) => values.map((v) => expect.closeTo(v, 5))

test('a matrix: A·x̂ + b; nothing stays nothing', async () => {
  const tail: AffineTail = { matrix: float32([3, 2], [1, 0, 0, 1, 1, 1]), bias: float32([3], [0, 10, 0.5]) }
  expect(await run(appendTail(twice(), 'y', tail, 'm'))).toEqual(close([0.6, 10.8, 1.9, 0, 10, 0.5]))
})

test('its diagonal; and a second tail on the first', async () => {
  const tail: AffineTail = { matrix: float32([2], [10, 20]), bias: float32([2], [1, 2]) }
  const once = appendTail(twice(), 'y', tail, 'm')
  expect(await run(once)).toEqual(close([7, 18, 1, 2]))
  const own = once.graph!.output[0]!.name
  const norms = [Math.hypot(7, 18), Math.hypot(1, 2)] as const
  const again = [70 / norms[0] + 1, 360 / norms[0] + 2, 10 / norms[1] + 1, 40 / norms[1] + 2]
  expect(await run(appendTail(once, own, tail, 'm'))).toEqual(close(again))
})

test('what cannot be continued is said', () => {
  const tail: AffineTail = { matrix: float32([2], [1, 1]), bias: float32([2], [0, 0]) }
  expect(() => appendTail(twice(), 'z', tail, 'm.onnx')).toThrow("m.onnx: has no output 'z'")
  const old = twice()
  old.opsetImport[0]!.version = 6n
  expect(() => appendTail(old, 'y', tail, 'm.onnx')).toThrow('m.onnx: operator set 6, expected 7 or newer')
})
