import { create } from '@bufbuild/protobuf'
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { check } from '../base/index.ts'
import { type Graph, graphInputs, showShape, splitDim, type Type, topological, type Value } from '../graph/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { emit } from './emit.ts'
import { dataTypes, NodeList } from './nodes.ts'

/** The one operator set of everything rosette writes. */
export const opset = 20
const irVersion = 9

/** What an ONNX model holds besides the graph. */
export interface OnnxOptions {
  /** Inputs of the graph that become initialisers of the file: a trained model's parameters. */
  readonly parameters?: ReadonlyMap<string, Tensor>
  /** Text that travels with the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The graph as an ONNX model. Inputs named in `parameters` become initialisers; outputs keep their names. Standard-domain
 * operators only, unless the graph was lowered for one processor.
 * @throws InputError naming a parameter of another dtype or shape than its input.
 */
export function toOnnx(graph: Graph, options: OnnxOptions = {}): ModelProto {
  const parameters = options.parameters ?? new Map<string, Tensor>()
  const inputs = graphInputs(graph)
  const list = emitGraph(graph)
  for (const { attrs } of inputs) {
    const value = parameters.get(attrs.name)
    if (value === undefined) continue
    const [expected, got] = [attrs, value].map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`)
    check(got === expected, `toOnnx: parameter '${attrs.name}', expected ${expected}, got ${got}`)
    list.initializer(attrs.name, value)
  }
  const proto = create(GraphProtoSchema, {
    name: 'rosette',
    node: list.nodes,
    initializer: list.initializers,
    input: inputs.filter(({ attrs }) => !parameters.has(attrs.name)).map(({ attrs }) => valueInfo(attrs.name, attrs)),
    output: Object.entries(graph.outputs).map(([name, value]) => valueInfo(name, value)),
  })
  return modelOf(proto, list.nodes, options.metadata)
}

/** The nodes and constants of a graph, under the names of its inputs and outputs; none has a name of `reserved`. */
export function emitGraph(graph: Graph, reserved: readonly string[] = []): NodeList {
  const inputNames = new Set(graphInputs(graph).map(({ attrs }) => attrs.name))
  const list = new NodeList(new Set([...inputNames, ...Object.keys(graph.outputs), ...reserved]))
  const names = new Map<Value, string>()
  for (const value of topological(Object.values(graph.outputs))) {
    const operands = value.inputs.map((operand) => names.get(operand)!)
    names.set(value, emit(list, operands, value))
  }
  nameOutputs(graph, list, names, inputNames)
  return list
}

/** A graph as a model; `nodes` are all that it has, those of graphs within it too. */
export function modelOf(
  graph: GraphProto,
  nodes: readonly NodeProto[],
  metadata: Readonly<Record<string, string>> = {},
): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: 'rosette',
    opsetImport: opsetImports(nodes),
    metadataProps: Object.entries(metadata).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    graph,
  })
}

/** Gives outputs their names: by renaming what computes them, by a copy where that is an input, a constant or taken. */
function nameOutputs(
  graph: Graph,
  list: NodeList,
  names: ReadonlyMap<Value, string>,
  inputs: ReadonlySet<string>,
): void {
  const renamed = new Map<string, string>()
  const fixed = new Set([...inputs, ...list.initializers.map(({ name }) => name)])
  const copies: [from: string, to: string][] = []
  for (const [output, value] of Object.entries(graph.outputs)) {
    const name = names.get(value)!
    if (fixed.has(name) || renamed.has(name)) copies.push([name, output])
    else renamed.set(name, output)
  }
  const current = (name: string) => renamed.get(name) ?? name
  for (const node of list.nodes) {
    node.input = node.input.map(current)
    node.output = node.output.map(current)
  }
  for (const [from, to] of copies) {
    list.add('Identity', [current(from)])
    list.nodes[list.nodes.length - 1]!.output = [to]
  }
}

function opsetImports(nodes: readonly NodeProto[]) {
  const custom = [...new Set(nodes.map(({ domain }) => domain).filter((domain) => domain !== ''))]
  return [
    create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) }),
    ...custom.map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
  ]
}

/** A port of a graph. */
export function valueInfo(name: string, { shape, dtype }: Type): ValueInfoProto {
  const dim = shape.map((size) => {
    const { coefficient, symbol } = splitDim(size)
    if (symbol === undefined) {
      return create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(coefficient) } })
    }
    return create(TensorShapeProto_DimensionSchema, { value: { case: 'dimParam', value: String(size) } })
  })
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: dataTypes[dtype],
    shape: create(TensorShapeProtoSchema, { dim }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  })
}

/** A float32 matrix as a port of a model. */
export function floatMatrix(name: string, shape: readonly [string, number]): ValueInfoProto {
  return valueInfo(name, { shape, dtype: 'float32' })
}
