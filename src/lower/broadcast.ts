import { type AnyOpName, type Graph, type Value, withInputs } from '../graph/index.ts'
import { sameShape } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

const elementwise: ReadonlySet<AnyOpName> = new Set(['add', 'sub', 'mul', 'div', 'max', 'min', 'pow'])

/** Elementwise ops broadcast by themselves: an `expand` before one, where the other operand is full-sized, only costs a pass. */
export function dropExpands(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (!elementwise.has(value.op)) return value
    const [a, b] = value.inputs as readonly [Value, Value]
    if (a.op === 'expand' && sameShape(b.shape, value.shape)) return withInputs(value, [a.inputs[0], b])
    if (b.op === 'expand' && sameShape(a.shape, value.shape)) return withInputs(value, [a, b.inputs[0]])
    return value
  })
}
