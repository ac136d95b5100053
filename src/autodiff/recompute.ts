import { invariant } from '../base/index.ts'
import { add, cast, less, reshape, slice, topological, type Value, where, withInputs } from '../graph/index.ts'

/**
 * A part of the forward pass whose values are not kept for the backward pass but computed again there, from `from` (Chen et al.,
 * arXiv:1604.06174). `to` depends on `from`; what lies between them and does not depend on `from` is kept.
 */
export interface Segment {
  readonly from: Value
  readonly to: Value
}

/** A segment's values as the backward pass sees them: for each between the ends its copy, and `to` on copies of its inputs. */
export interface Recomputed {
  readonly copies: ReadonlyMap<Value, Value>
  readonly to: Value
}

/**
 * The segment once more, beginning when dy, the gradient of `to`, is there: so it is neither merged with the forward pass nor
 * computed early, and the memory of one segment's values serves the next.
 */
export function recompute({ from, to }: Segment, dy: Value): Recomputed {
  const copies = new Map<Value, Value>([[from, after(from, dy)]])
  const renewed = (value: Value) =>
    withInputs(
      value,
      value.inputs.map((x) => copies.get(x) ?? x),
    )
  for (const value of between(from, to)) if (value !== from && value !== to) copies.set(value, renewed(value))
  const end = renewed(to)
  copies.delete(from)
  return { copies, to: end }
}

/** x, but not before `token`: x + 0, where the nought is computed of one number of `token` in a way that nobody folds. */
function after(x: Value, token: Value): Value {
  const one = token.shape.reduce<Value>((value, _, axis) => slice(value, axis, 0, 1), token)
  const number = reshape(one, [])
  return add(x, cast(where(less(number, number), 1, 0), x.dtype)) // never less than itself, not even as NaN
}

/** What `to` needs of what depends on `from`, each after its inputs, both ends included. */
function between(from: Value, to: Value): Value[] {
  const order: Value[] = []
  const dependent = new Set<Value>([from])
  for (const value of topological([to])) {
    if (value !== from && !value.inputs.some((x) => dependent.has(x))) continue
    dependent.add(value)
    order.push(value)
  }
  invariant(dependent.has(to), 'a segment’s end depends on its beginning')
  return order
}
