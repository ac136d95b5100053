import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { AttributeProtoSchema, GraphProtoSchema, NodeProtoSchema, TensorProtoSchema } from 'onnx-buf'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { input, mul } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'
import { externalFiles, externalPaths } from './external-files.ts'
import { toOnnx } from './model.ts'

test('files of weights must lie beside the model', () => {
  const graph = { outputs: { y: mul(input('x', ['N', 500]), input('w', [500])) } }
  const weights = new Map([['w', float32([500], new Array(500).fill(1))]])
  const proto = toOnnx(graph, { parameters: weights })
  expect(externalFiles(proto, 'm')).toEqual([])
  const [w] = proto.graph!.initializer
  w!.dataLocation = 1
  w!.externalData = [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'm.data' }]
  expect(externalFiles(proto, 'm')).toEqual(['m.data'])
  for (const name of ['../m.data', 'a\\m.data', '..', 'run.json', 'log.jsonl', 'model.onnx', 'a\0b', '/etc/passwd']) {
    w!.externalData[0]!.value = name
    expect(() => externalFiles(proto, 'm')).toThrow(`m: keeps weights in ${name}, expected a file of weights beside it`)
  }
})

const external = (value: string) =>
  create(TensorProtoSchema, { dataLocation: 1, externalData: [{ key: 'location', value }] })

test('weights of inner graphs, of constants and of functions count too', () => {
  const proto = toOnnx({ outputs: { y: mul(input('x', ['N', 5]), 2) } })
  const inner = create(GraphProtoSchema, { initializer: [external('inner.data')] })
  const attribute = [
    create(AttributeProtoSchema, { name: 'then_branch', g: inner }),
    create(AttributeProtoSchema, { name: 'value', t: external('constant.data') }),
    create(AttributeProtoSchema, { name: 'sparse_value', sparseTensor: { values: external('sparse.data') } }),
  ]
  proto.graph!.node.push(create(NodeProtoSchema, { opType: 'If', attribute }))
  expect(externalFiles(proto, 'm')).toEqual(['inner.data', 'constant.data', 'sparse.data'])
  inner.initializer[0]!.externalData[0]!.value = '../../secret'
  expect(() => externalFiles(proto, 'm')).toThrow('m: keeps weights in ../../secret')
})

test('a link that leads elsewhere is refused', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'secret'), '')
  symlinkSync('../secret', join(folder, 'model', 'w.data'))
  const proto = toOnnx({ outputs: { y: mul(input('x', ['N', 5]), 2) } })
  const weights = external('w.data')
  proto.graph!.initializer.push(weights)
  const onnx = join(folder, 'model', 'm.onnx')
  expect(() => externalPaths(proto, onnx)).toThrow(
    `${onnx}: 'w.data' leads outside of ${join(folder, 'model')}, by a link`,
  )
  weights.externalData[0]!.value = 'v.data'
  expect(externalPaths(proto, onnx)).toEqual([join(folder, 'model', 'v.data')])
})
