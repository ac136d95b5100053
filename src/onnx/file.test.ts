import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { TensorProto_DataLocation as DataLocation, ModelProtoSchema } from 'onnx-buf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectClose } from '../../test/compare.ts'
import { evaluate } from '../../test/differences.ts'
import { float32Op, forSums } from '../../test/tolerances.ts'
import { InputError } from '../base/index.ts'
import { add, input, matmul } from '../graph/index.ts'
import { openOnnx, referenceBackend } from '../runtime/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { decodeModel, encodeModel } from './file.ts'
import { toOnnx } from './model.ts'

const outputs = { y: add(matmul(input('x', ['N', 40]), input('w', [40, 10])), input('b', [10])) }
const sines = (...shape: readonly number[]) =>
  float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
  )
const parameters = new Map<string, Tensor>([
  ['w', sines(40, 10)],
  ['b', sines(10)],
])
const proto = toOnnx({ outputs }, { parameters, metadata: { made: 'by a test' } })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rosette-onnx-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes and opens the model, and holds its result against the reference. */
async function expectToRun(model: Uint8Array, external: readonly Uint8Array[] | undefined): Promise<void> {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, model)
  if (external !== undefined) writeFileSync(join(folder, 'model.onnx.data'), Buffer.concat(external))
  const opened = await openOnnx(path, { threads: 1 })
  expect(opened.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['N', 40] }])
  expect(opened.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['N', 10] }])
  const x = sines(3, 40)
  const { y } = await opened.run({ x })
  await opened.release()
  const expected = await evaluate(referenceBackend(), outputs, { x, ...Object.fromEntries(parameters) })
  expectClose('y', y!, expected.y!, forSums(float32Op, 40))
}

describe('a model file', () => {
  test('decodes to what was encoded', () => {
    const { model, external } = encodeModel(proto, 'model.onnx.data')
    expect(external).toBeUndefined()
    expect(toBinary(ModelProtoSchema, decodeModel(model, 'x'))).toEqual(model)
    const decoded = decodeModel(model, 'x')
    expect(decoded.graph!.node.map(({ opType }) => opType)).toEqual(proto.graph!.node.map(({ opType }) => opType))
    expect(decoded.metadataProps[0]).toMatchObject({ key: 'made', value: 'by a test' })
  })

  test('is opened by ONNX Runtime', async () => {
    const { model, external } = encodeModel(proto, 'model.onnx.data')
    await expectToRun(model, external)
  })

  test('beyond the limit keeps its large weights in a second file beside it', async () => {
    const { model, external } = encodeModel(proto, 'model.onnx.data', 1000)
    expect(external!.map(({ length }) => length)).toEqual([1600]) // b is small and stays
    expect(model.length).toBeLessThan(1000)
    const [w, b] = ['w', 'b'].map((name) => decodeModel(model, 'x').graph!.initializer.find((t) => t.name === name)!)
    expect(w).toMatchObject({ dataLocation: DataLocation.EXTERNAL, dims: [40n, 10n] })
    expect(w!.externalData.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'location=model.onnx.data',
      'offset=0',
      'length=1600',
    ])
    expect(b!.rawData.length).toBe(40)
    await expectToRun(model, external)
  })

  test('of two large weights has both, one after the other', async () => {
    const two = {
      y: add(matmul(input('x', ['N', 40]), input('w', [40, 10])), matmul(input('x', ['N', 40]), input('v', [40, 10]))),
    }
    const weights = new Map<string, Tensor>([
      ['w', sines(40, 10)],
      ['v', float32([40, 10], Array(400).fill(0.25))],
    ])
    const { model, external } = encodeModel(toOnnx({ outputs: two }, { parameters: weights }), 'two.data', 1000)
    writeFileSync(join(folder, 'two.onnx'), model)
    writeFileSync(join(folder, 'two.data'), Buffer.concat(external!))
    const opened = await openOnnx(join(folder, 'two.onnx'), { threads: 1 })
    const x = sines(2, 40)
    const { y } = await opened.run({ x })
    await opened.release()
    const expected = await evaluate(referenceBackend(), two, { x, ...Object.fromEntries(weights) })
    expectClose('y', y!, expected.y!, forSums(float32Op, 80))
  })

  test('leaves the model it was given as it was', () => {
    encodeModel(proto, 'model.onnx.data', 1000)
    expect(proto.graph!.initializer.find(({ name }) => name === 'w')!.rawData.length).toBe(1600)
  })
})

describe('what is no model', () => {
  test.each([
    ['nothing', new Uint8Array(0), 'photo.onnx: an ONNX model without a graph'],
    ['text', Buffer.from('this is a photo, not a model'), 'photo.onnx: not an ONNX model ('],
    ['a cut model', encodeModel(proto, '').model.subarray(0, 900), 'photo.onnx: not an ONNX model ('],
  ])('%s is an InputError', (_, bytes, message) => {
    expect(() => decodeModel(bytes, 'photo.onnx')).toThrow(InputError)
    expect(() => decodeModel(bytes, 'photo.onnx')).toThrow(message)
  })

  test('any mutation decodes or is an InputError', () => {
    const original = encodeModel(proto, '').model
    const edit = fc.record({ at: fc.nat(original.length - 1), value: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), fc.nat(original.length), (edits, length) => {
        const bytes = original.slice(0, length)
        for (const { at, value } of edits) if (at < length) bytes[at] = value
        try {
          decodeModel(bytes, 'x')
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
      { numRuns: 1000, seed: 1 },
    )
  })

  test('ONNX Runtime refuses it by name', async () => {
    const path = join(folder, 'broken.onnx')
    writeFileSync(path, 'this is a photo, not a model')
    await expect(openOnnx(path)).rejects.toThrow(InputError)
    await expect(openOnnx(path)).rejects.toThrow('broken.onnx: ONNX Runtime cannot open it')
    await expect(openOnnx(join(folder, 'absent.onnx'))).rejects.toThrow(InputError)
  })
})
