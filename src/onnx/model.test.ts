import { TensorProto_DataType as DataType, type ModelProto } from 'onnx-buf'
import { describe, expect, test } from 'vitest'
import { opCases } from '../../test/op-cases.ts'
import { gradient } from '../autodiff/index.ts'
import {
  add,
  cast,
  constant,
  depthwiseConv,
  expand,
  type Graph,
  input,
  inverseDeviation,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  standardise,
  type Value,
} from '../graph/index.ts'
import { lower } from '../lower/index.ts'
import { filled, float32, int32 } from '../tensor/index.ts'
import { opset, toOnnx } from './model.ts'

/** Every operator we may emit, with the opset that brought it in the form we use (onnx/docs/Operators.md). */
const standardOperators: Readonly<Record<string, number>> = {
  Abs: 13,
  Add: 14,
  And: 7,
  Cast: 19,
  Concat: 13,
  Conv: 11,
  Div: 14,
  Equal: 19,
  Erf: 13,
  Exp: 13,
  Expand: 13,
  Floor: 13,
  Gelu: 20,
  Gemm: 13,
  GridSample: 20,
  Identity: 19,
  LayerNormalization: 17,
  Less: 13,
  Log: 13,
  MatMul: 13,
  MatMulInteger: 10,
  Max: 13,
  Min: 13,
  Mul: 14,
  Neg: 13,
  Pad: 19,
  Pow: 15,
  ReduceMax: 20,
  ReduceMean: 18,
  ReduceSum: 13,
  Reshape: 19,
  Sigmoid: 13,
  Sign: 13,
  Slice: 13,
  Softmax: 13,
  Sqrt: 13,
  Sub: 14,
  Tanh: 13,
  Transpose: 13,
  Where: 16,
}

describe('operators', () => {
  test('of every op are standard and in our opset', () => {
    const emitted = new Set<string>()
    for (const cases of Object.values(opCases)) {
      for (const opCase of cases) {
        const [a, b, c, d] = opCase.inputs.map(({ shape, dtype }, i) => input(`x${i}`, shape, dtype))
        for (const { opType, domain } of nodesOf({ y: opCase.build(a!, b!, c!, d!) })) {
          expect(domain, opType).toBe('')
          emitted.add(opType)
        }
      }
    }
    for (const opType of emitted) expect(standardOperators[opType], opType).toBeLessThanOrEqual(opset)
    expect([...emitted].sort()).toEqual(Object.keys(standardOperators))
  })

  test('of another domain are the blocked ones only, and are imported', () => {
    const y = depthwiseConv(input('x', [1, 4, 4, 16]), input('w', [16, 1, 3, 3]), 1)
    const blocked = toOnnx(lower({ outputs: { y: mul(y, 2) } }, { blockSize: 16 }))
    const foreign = blocked.graph!.node.filter(({ domain }) => domain !== '')
    expect(foreign.map(({ opType, domain }) => `${domain} ${opType}`)).toEqual([
      'com.microsoft.nchwc ReorderInput',
      'com.microsoft.nchwc Conv',
      'com.microsoft.nchwc ReorderOutput',
    ])
    expect(imports(blocked)).toEqual(['@20', 'com.microsoft.nchwc@1'])
    expect(imports(toOnnx({ outputs: { y } }))).toEqual(['@20'])
  })

  test('standardise and its gradient share one LayerNormalization', () => {
    const x = input('x', [2, 4])
    const [dx] = gradient(reduceSum(mul(standardise(x, 1e-6), input('v', [2, 4]))), [x]) as [Value]
    const forward = standardise(x, 1e-6)
    const nodes = nodesOf({ forward, dx }).filter(({ opType }) => opType === 'LayerNormalization')
    expect(nodes).toHaveLength(1)
    expect(nodesOf({ a: standardise(x, 1e-6), b: inverseDeviation(x, 1e-5) })).toHaveLength(2)
  })

  test('expand to a symbolic size that its operand has not is a mistake of ours', () => {
    const wide = expand(input('x', [1, 3]), ['N', 3])
    expect(() => toOnnx({ outputs: { wide } })).toThrow('internal: expand from [1, 3] to a symbolic size in [N, 3]')
    const batchMean = reduceMean(input('x', ['N', 3]), { axes: [0], keepDims: true })
    expect(() => toOnnx({ outputs: { wide: expand(batchMean, ['N', 3]) } })).toThrow('internal: expand')
  })
})

describe('a model', () => {
  const x = input('x', ['N', 4], 'uint8')
  const w = input('w', [4, 2])
  const embedding = matmul(mul(cast(x, 'float32'), 0.5), w)

  test('states inputs, outputs, their types and sizes', () => {
    const proto = toOnnx({ outputs: { embedding } })
    expect(ports(proto.graph!.input)).toEqual([
      ['x', DataType.UINT8, ['N', 4]],
      ['w', DataType.FLOAT, [4, 2]],
    ])
    expect(ports(proto.graph!.output)).toEqual([['embedding', DataType.FLOAT, ['N', 2]]])
    expect([proto.irVersion, proto.producerName, proto.opsetImport.length]).toEqual([9n, 'rosette', 1])
  })

  test('holds parameters as initialisers instead of inputs', () => {
    const parameters = new Map([['w', filled([4, 2], 3)]])
    const proto = toOnnx({ outputs: { embedding } }, { parameters, metadata: { preset: 'brief' } })
    expect(ports(proto.graph!.input).map(([name]) => name)).toEqual(['x'])
    const stored = proto.graph!.initializer.find(({ name }) => name === 'w')!
    expect([stored.dims, stored.rawData.length]).toEqual([[4n, 2n], 32])
    expect(proto.metadataProps.map(({ key, value }) => [key, value])).toEqual([['preset', 'brief']])
  })

  test('names everything once', () => {
    const a = input('Mul_1', [2])
    const inner = mul(a, 2)
    const proto = toOnnx({
      outputs: { constant_0: add(inner, 1), Add_3: inner, copy: inner, same: a, fixed: constant(int32([1], [3])) },
    })
    const names = [
      ...proto.graph!.input.map(({ name }) => name),
      ...proto.graph!.initializer.map(({ name }) => name),
      ...proto.graph!.node.flatMap(({ output }) => output),
    ]
    expect(new Set(names).size).toBe(names.length)
    for (const { input: read } of proto.graph!.node) for (const name of read) expect(names).toContain(name)
  })

  test('keeps −0 apart from 0 among its constants', () => {
    const outputs = { a: constant(float32([1], [0])), b: constant(float32([1], [-0])), c: constant(float32([1], [0])) }
    expect(toOnnx({ outputs }).graph!.initializer).toHaveLength(2)
  })

  test('orders nodes after what they read', () => {
    const loss = reduceSum(mul(standardise(embedding, 1e-6), embedding))
    const [dw] = gradient(reduceSum(mul(matmul(input('p', [3, 4]), w), 2)), [w]) as [Value]
    const { graph } = toOnnx({ outputs: { loss, dw } })
    const known = new Set([...graph!.input, ...graph!.initializer].map(({ name }) => name))
    for (const { input: read, output } of graph!.node) {
      for (const name of read) expect(known).toContain(name)
      for (const name of output) known.add(name)
    }
    for (const { name } of graph!.output) expect(known).toContain(name)
  })
})

function nodesOf(outputs: Graph['outputs']) {
  return toOnnx({ outputs }).graph!.node
}

function imports(proto: ModelProto): string[] {
  return proto.opsetImport.map(({ domain, version }) => `${domain}@${version}`)
}

function ports(infos: NonNullable<ModelProto['graph']>['input']) {
  return infos.map(({ name, type }) => {
    const tensorType = type?.value.case === 'tensorType' ? type.value.value : undefined
    const sizes = tensorType?.shape?.dim.map(({ value }) =>
      value.case === 'dimValue' ? Number(value.value) : value.value,
    )
    return [name, tensorType?.elemType, sizes]
  })
}
