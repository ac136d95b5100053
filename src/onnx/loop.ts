import { create } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from 'onnx-buf'
import { type Dim, type Graph, graphInputs, type Node, type Type } from '../graph/index.ts'
import { emitGraph, modelOf, valueInfo } from './model.ts'
import { dataTypes } from './nodes.ts'

/** What the ports of a model of several steps are called. */
export const loopPorts = {
  /** How many steps, int64. */
  count: 'count',
  /** What a step is fed, one step after the other: [K, …]. */
  each: (input: string) => `each/${input}`,
  /** What is carried over, before the first step and after the last. */
  begin: (input: string) => `begin/${input}`,
  end: (input: string) => `end/${input}`,
  /** What a step tells, one after the other: [K', …] of the K' steps that were run. */
  all: (output: string) => `all/${output}`,
} as const

/** Inside of the loop. */
const [step, going, goesOn] = ['loop/step', 'loop/going', 'loop/goesOn']

/**
 * Runs of a graph that carries a state, as one ONNX `Loop`: what is carried over goes from step to step inside of it, on whatever device that
 * runs it. Inputs in `kept` are the same in each step; the others are fed step by step. Where the graph halts (`Graph.haltsAt`), the
 * steps after it are not run.
 */
export function toOnnxLoop(graph: Graph, kept: ReadonlySet<string>): ModelProto {
  const carried = Object.entries(graph.carried ?? {})
  const told = Object.keys(graph.outputs).filter((name) => !carried.some(([, output]) => output === name))
  const inputs = graphInputs(graph)
  const carriedInputs = carried.map(([name]) => inputs.find(({ attrs }) => attrs.name === name)!)
  const keptInputs = inputs.filter(({ attrs }) => kept.has(attrs.name) && !carriedInputs.some((x) => x.attrs === attrs))
  const fed = inputs.filter((input) => !carriedInputs.includes(input) && !keptInputs.includes(input))
  const outputs = [...carried.map(([, output]) => output), ...told]
  const body = bodyOf(graph, fed, carriedInputs, outputs)
  const loop = create(NodeProtoSchema, {
    opType: 'Loop',
    name: 'n_Loop',
    input: [loopPorts.count, '', ...carriedInputs.map(({ attrs }) => loopPorts.begin(attrs.name))],
    output: [...carried.map(([name]) => loopPorts.end(name)), ...told.map(loopPorts.all)],
    attribute: [create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g: body })],
  })
  const proto = create(GraphProtoSchema, {
    name: 'rosette',
    node: [loop],
    input: [
      valueInfo(loopPorts.count, { shape: [], dtype: 'int64' }),
      ...fed.map(({ attrs }) => valueInfo(loopPorts.each(attrs.name), stacked(attrs, 'K'))),
      ...carriedInputs.map(({ attrs }) => valueInfo(loopPorts.begin(attrs.name), attrs)),
      ...keptInputs.map(({ attrs }) => valueInfo(attrs.name, attrs)),
    ],
    output: [
      ...carried.map(([name, output]) => valueInfo(loopPorts.end(name), graph.outputs[output]!)),
      ...told.map((name) => valueInfo(loopPorts.all(name), stacked(graph.outputs[name]!, 'ran'))),
    ],
  })
  return modelOf(proto, [loop, ...body.node])
}

/** One step: its feeds are cut from those of all steps. */
function bodyOf(
  graph: Graph,
  fed: readonly Node<'input'>[],
  carried: readonly Node<'input'>[],
  outputs: readonly string[],
): GraphProto {
  const list = emitGraph(graph, [step, going, goesOn])
  const cuts = fed.map(({ attrs: { name } }) => nodeProto('Gather', [loopPorts.each(name), step], name))
  const halt = graph.haltsAt
  const isHalted = halt === undefined ? [] : [nodeProto('Cast', [halt], 'loop/halted', dataTypes.bool)]
  const continues =
    halt === undefined ? nodeProto('Identity', [going], goesOn) : nodeProto('Not', ['loop/halted'], goesOn)
  return create(GraphProtoSchema, {
    name: 'step',
    node: [...cuts, ...list.nodes, ...isHalted, continues],
    initializer: list.initializers,
    input: [
      valueInfo(step, { shape: [], dtype: 'int64' }),
      valueInfo(going, { shape: [], dtype: 'bool' }),
      ...carried.map(({ attrs }) => valueInfo(attrs.name, attrs)),
    ],
    output: [
      valueInfo(goesOn, { shape: [], dtype: 'bool' }),
      ...outputs.map((name) => valueInfo(name, graph.outputs[name]!)),
    ],
  })
}

function stacked({ shape, dtype }: Type, steps: Dim): Type {
  return { shape: [steps, ...shape], dtype }
}

function nodeProto(opType: string, input: string[], output: string, to?: number): NodeProto {
  const attribute =
    to === undefined ? [] : [create(AttributeProtoSchema, { name: 'to', type: AttributeType.INT, i: BigInt(to) })]
  return create(NodeProtoSchema, { opType, name: `n_${output}`, input, output: [output], attribute })
}
