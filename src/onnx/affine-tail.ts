import { create } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
} from 'onnx-buf'
import { check } from '../base/index.ts'
import { bytesOf, type Tensor } from '../tensor/index.ts'
import { floatMatrix } from './model.ts'
import { dataTypes } from './nodes.ts'

/** y = A·x̂ + b, x̂ = x / ‖x‖₂: A is a matrix [E, D], or its diagonal [D] where E = D. */
export interface AffineTail {
  readonly matrix: Tensor<'float32'>
  readonly bias: Tensor<'float32'>
}

/** Broadcasting as we know it, and Flatten: what a tail of plain operators needs. */
const oldestOpset = 7n

/**
 * A model, anybody's, that ends in the tail of its `output` ([N, D] or [N, D, 1, 1]): one output, [N, E]. Only operators that
 * every operator set since 7 has are added, so the model keeps its own.
 * @throws InputError naming `where` for an output that is not there, and for an older operator set.
 */
export function appendTail(model: ModelProto, output: string, { matrix, bias }: AffineTail, where: string): ModelProto {
  const graph = model.graph!
  const version = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version
  check(
    version === undefined || version >= oldestOpset,
    `${where}: operator set ${version}, expected ${oldestOpset} or newer`,
  )
  check(
    graph.output.some(({ name }) => name === output),
    `${where}: has no output '${output}'`,
  )
  const prefix = freePrefix(graph.node)
  const name = (part: string) => `${prefix}${part}`
  const isDiagonal = matrix.shape.length === 1
  const node = (opType: string, inputs: readonly string[], to: string, attribute: NodeProto['attribute'] = []) =>
    create(NodeProtoSchema, { opType, name: name(`n_${to}`), input: [...inputs], output: [name(to)], attribute })
  const integer = (key: string, value: number) =>
    create(AttributeProtoSchema, { name: key, type: AttributeType.INT, i: BigInt(value) })
  const constant = (to: string, { shape, dtype, data }: Tensor) => {
    const dims = shape.map(BigInt)
    const rawData = bytesOf(data) as Uint8Array<ArrayBuffer>
    const t = create(TensorProtoSchema, { name: name(to), dims, dataType: dataTypes[dtype], rawData })
    return node('Constant', [], to, [create(AttributeProtoSchema, { name: 'value', type: AttributeType.TENSOR, t })])
  }
  const product = isDiagonal
    ? [node('Mul', [name('unit'), name('matrix')], 'scaled'), node('Add', [name('scaled'), name('bias')], 'embedding')]
    : [node('Gemm', [name('unit'), name('matrix'), name('bias')], 'embedding', [integer('transB', 1)])]
  const tail = [
    node('Flatten', [output], 'flat', [integer('axis', 1)]),
    node('LpNormalization', [name('flat')], 'unit', [integer('axis', 1), integer('p', 2)]),
    constant('matrix', matrix),
    constant('bias', bias),
    ...product,
  ]
  const ended = create(GraphProtoSchema, {
    ...graph,
    node: [...graph.node, ...tail],
    output: [floatMatrix(name('embedding'), ['N', bias.shape[0]!])],
  })
  const opsetImport = version === undefined ? [...model.opsetImport, standardOpset()] : model.opsetImport
  return create(ModelProtoSchema, { ...model, opsetImport, graph: ended })
}

/** A model of other domains' operators only may name no standard set. */
function standardOpset() {
  return create(OperatorSetIdProtoSchema, { domain: '', version: 13n })
}

/** A model may end in such a tail already. */
function freePrefix(nodes: readonly NodeProto[]): string {
  const taken = new Set(nodes.flatMap(({ output }) => output))
  let count = 1
  while (taken.has(`rosette_tail_${count}_embedding`)) count++
  return `rosette_tail_${count}_`
}
