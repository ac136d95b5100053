import { type Graph, mul, type Node, type Value, withInputs } from '../graph/index.ts'
import { asFloat32 } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** The number that a value is fixed to, where it is one number. */
export function scalarOf(value: Value): number | undefined {
  if (value.op !== 'constant' || value.shape.length > 0) return undefined
  return asFloat32(value.attrs.value).data[0]
}

/**
 * Numbers that large values are multiplied by, multiplied with each other first: (x·s)·t is x·(s·t), (x·s)·(x·s) is (x·x)·(s·s), and Σ x·s is s·Σ x. A
 * gradient's scale, its clipping and the optimiser's factors are passes over all weights otherwise. Merge equal values afterwards.
 */
export function scalarsFirst(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op === 'reduceSum') return summed(value)
    if (value.op !== 'mul' || value.dtype !== 'float32') return value
    const [a, b] = value.inputs
    const [left, right] = [scaled(a), scaled(b)]
    if (left === undefined) return value
    if (b.shape.length === 0 && a.shape.length > 0) return mul(left.x, mul(left.by, b))
    const isSquare = right !== undefined && left.x === right.x && left.by === right.by
    return isSquare ? mul(mul(left.x, left.x), mul(left.by, left.by)) : value
  })
}

/** Σ x·s is s·Σ x. */
function summed(value: Node<'reduceSum'>): Value {
  const product = scaled(value.inputs[0])
  return product === undefined ? value : mul(withInputs(value, [product.x]), product.by)
}

/** A value times a number. */
function scaled(value: Value): { readonly x: Value; readonly by: Value } | undefined {
  if (value.op !== 'mul' || value.shape.length === 0) return undefined
  const [x, by] = value.inputs
  return by.shape.length === 0 && x.shape.length === value.shape.length ? { x, by } : undefined
}
