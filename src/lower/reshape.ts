import { type AnyOpName, type Graph, reshape, type Value, withInputs } from '../graph/index.ts'
import { sameShape } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

const unary = ['neg', 'abs', 'exp', 'log', 'sqrt', 'erf', 'sigmoid', 'tanh', 'sign', 'floor', 'gelu'] as const
const binary = ['add', 'sub', 'mul', 'div', 'pow', 'max', 'min'] as const
const elementwise: ReadonlySet<AnyOpName> = new Set([...unary, ...binary])

/**
 * Reshapes after elementwise ops instead of before them: there they meet the next one, and two are one or none. A linear layer
 * reshapes to rows and back, so that between two of them nothing is left. Only from fewer axes to more: rows stay rows, and the
 * optimiser's flat views stay flat.
 */
export function sinkReshapes(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op === 'reshape') return reshape(source(value.inputs[0]), value.shape)
    if (!elementwise.has(value.op)) return value
    const full = value.inputs.filter(({ shape }) => shape.length > 0) // a scalar fits any shape
    const shape = full.length === 0 ? value.shape : source(full[0]!).shape
    const sinks = full.every((x) => sameShape(x.shape, value.shape) && sameShape(source(x).shape, shape))
    if (!sinks || shape.length >= value.shape.length) return value
    const moved = withInputs(
      value,
      value.inputs.map((x) => (x.shape.length > 0 ? source(x) : x)),
    )
    return reshape({ ...moved, shape } as Value, value.shape)
  })
}

/** What a reshape reads: no other reshape, as inputs are rewritten first. */
function source(x: Value): Value {
  return x.op === 'reshape' ? x.inputs[0] : x
}
