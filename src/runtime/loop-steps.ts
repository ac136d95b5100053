import { type Dim, type Graph, graphInputs, type Node } from '../graph/index.ts'
import { encodeModel, loopPorts, toOnnxLoop } from '../onnx/index.ts'
import { bytesPerElement, type Shape, sizeOf, type Tensor, tensor, zerosOf } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { bindFeeds } from './feeds.ts'
import { openSession, type SessionOptions } from './session.ts'
import type { Stepper } from './stepper.ts'

/** What the feeds of one run may take. */
const mostFedBytes = 2 ** 31

/**
 * Up to `most` steps a run, fewer where their feeds would take more than 2 GiB, as one ONNX `Loop`: a state in memory goes to a device and comes back once a run, and not at each step. `graph` is
 * lowered; `kept` are the names of the state that no step changes.
 */
export async function loopSteps(
  graph: Graph,
  {
    kept,
    most,
    options,
  }: { readonly kept: ReadonlySet<string>; readonly most: number; readonly options: SessionOptions },
): Promise<Stepper> {
  const { carried = {} } = graph
  const session = await openSession(encodeModel(toOnnxLoop(graph, kept), '').model, options)
  const inputs = graphInputs(graph)
  const fed = inputs.filter(({ attrs: { name } }) => carried[name] === undefined && !kept.has(name))
  const told = Object.keys(graph.outputs).filter((name) => !Object.values(carried).includes(name))
  const read = new Set(inputs.map(({ attrs }) => attrs.name))
  const memory = new Map<string, Tensor>()
  return {
    most: Math.min(most, Math.max(1, Math.floor(mostFedBytes / bytesOfStep(fed)))),
    run: async (feeds, state, into) => {
      for (const own of feeds) bindFeeds(fed, own)
      const each = fed.map(({ attrs: { name } }) => [loopPorts.each(name), stacked(feeds, name, memory)])
      const given = Object.entries(state).filter(([name]) => read.has(name))
      const results = await session.run(
        {
          [loopPorts.count]: tensor('int64', [], BigInt64Array.of(BigInt(feeds.length))),
          ...Object.fromEntries(each),
          ...Object.fromEntries(
            given.map(([name, value]) => [carried[name] === undefined ? name : loopPorts.begin(name), value]),
          ),
        },
        Object.fromEntries(Object.entries(into).map(([name, memory]) => [loopPorts.end(name), memory])),
      )
      const all = Object.fromEntries(told.map((name) => [name, results[loopPorts.all(name)]!]))
      return unstacked(all, feeds.length)
    },
    release: () => session.release(),
  }
}

/** What the feeds of one step take; a size that is known only when it runs counts as one. */
function bytesOfStep(fed: readonly Node<'input'>[]): number {
  const sizeOfDim = (dim: Dim) => (typeof dim === 'number' ? dim : 1)
  return fed.reduce((sum, { shape, dtype }) => sum + sizeOf(shape.map(sizeOfDim)) * bytesPerElement(dtype), 0)
}

/**
 * The feeds of one name as one, with a first axis that counts them, in memory that the next run takes again unless it has more of them: new memory is zeroed
 * page by page, which took as long as the copy (7 of 16 ms a step for 128 photos at 224 px).
 */
function stacked(feeds: readonly Tensors[], name: string, memory: Map<string, Tensor>): Tensor {
  const { dtype, shape } = feeds[0]![name]!
  const size = sizeOf(shape)
  const count = feeds.length * size
  const before = memory.get(name)
  const fits = before?.dtype === dtype && before.data.length >= count
  const known = fits ? before : ({ dtype, shape: [feeds.length, ...shape], data: zerosOf(dtype, count) } as Tensor)
  memory.set(name, known)
  feeds.forEach((own, i) => known.data.set(own[name]!.data as never, i * size))
  return { dtype, shape: [feeds.length, ...shape], data: known.data.subarray(0, count) } as Tensor
}

/** What each step told, of as many as were run; `asked` of them where they told nothing. */
function unstacked(all: Tensors, asked: number): Record<string, Tensor>[] {
  const count = Object.values(all)[0]?.shape[0] ?? asked
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(all).map(([name, whole]) => [name, rowOf(whole, i)])),
  )
}

function rowOf({ dtype, shape, data }: Tensor, row: number): Tensor {
  const own: Shape = shape.slice(1)
  const size = sizeOf(own)
  return { dtype, shape: own, data: data.slice(row * size, (row + 1) * size) } as Tensor
}
