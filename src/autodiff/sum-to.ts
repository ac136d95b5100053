import { invariant } from '../base/index.ts'
import { broadcastShapes, cast, type GraphShape, reduceSum, reshape, showShape, type Value } from '../graph/index.ts'
import { sameShape } from '../tensor/index.ts'

/**
 * x summed over the axes along which `shape` was broadcast to x's shape, in `shape`: the adjoint of a broadcast. Itself where the
 * shapes are equal.
 */
export function sumTo(x: Value, shape: GraphShape): Value {
  if (sameShape(x.shape, shape)) return x
  invariant(
    sameShape(broadcastShapes('a cotangent', shape, x.shape), x.shape),
    `a cotangent of shape ${showShape(x.shape)} for an input of shape ${showShape(shape)}`,
  )
  const extra = x.shape.length - shape.length
  const axes = x.shape.flatMap((dim, i) => (i < extra || (shape[i - extra] === 1 && dim !== 1) ? [i] : []))
  // a sum of float16 over all places of a batch is made in float32: in float16 the later terms would be lost
  const wide = x.dtype === 'float16' ? cast(x, 'float32') : x
  return reshape(cast(reduceSum(wide, { axes, keepDims: true }), x.dtype), shape)
}
