import { check, invariant } from '../base/index.ts'
import {
  add,
  constant,
  type Node,
  type OpName,
  showShape,
  staticShape,
  topological,
  type Value,
} from '../graph/index.ts'
import { filled, zeros } from '../tensor/index.ts'
import { recompute, type Segment } from './recompute.ts'
import { vjpRules } from './vjp.ts'

export interface GradientOptions {
  /** Parts of the forward pass to compute again in the backward pass; none unless told otherwise. They may share their ends. */
  readonly segments?: readonly Segment[]
}

/**
 * dL/dv for each v of `wrt`: the reverse sweep over a scalar loss L. The result is again a graph of plain values, so it can be
 * differentiated, lowered and exported like any other. A value that L does not depend on has gradient zero.
 * @throws InputError where the loss is no float scalar.
 */
export function gradient(loss: Value, wrt: readonly Value[], options: GradientOptions = {}): Value[] {
  check(
    loss.shape.length === 0 && loss.dtype === 'float32',
    `gradient: the loss, expected a float32 scalar, got ${loss.dtype} ${showShape(loss.shape)}`,
  )
  return pullback([loss], [constant(filled([], 1))], wrt, options)
}

/**
 * Σₖ ⟨cotangentₖ, ∂outputₖ/∂v⟩ for each v of `wrt`: the vector–Jacobian product of several outputs at once. Used to continue
 * a gradient through a part of a graph, chunk by chunk.
 * @throws InputError where a cotangent has another shape than its output.
 */
export function pullback(
  outputs: readonly Value[],
  cotangents: readonly Value[],
  wrt: readonly Value[],
  { segments = [] }: GradientOptions = {},
): Value[] {
  const gradients = new Map<Value, Value>()
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i]
    check(
      cotangent !== undefined && showShape(cotangent.shape) === showShape(output.shape),
      `pullback: cotangent ${i}, expected ${showShape(output.shape)}, got ${cotangent && showShape(cotangent.shape)}`,
    )
    accumulate(gradients, output, cotangent)
  })
  const order = topological(outputs)
  const active = dependents(order, wrt)
  const endingAt = new Map(segments.map((segment) => [segment.to, segment]))
  const copies = new Map<Value, Value>()
  for (const value of order.reverse()) {
    const dy = gradients.get(value)
    if (dy === undefined || !active.has(value)) continue
    const segment = endingAt.get(value)
    const again = segment && recompute(segment, dy)
    for (const [original, copy] of again?.copies ?? []) copies.set(original, copy)
    const inputGradients = applyRule(again?.to ?? copies.get(value) ?? value, dy)
    value.inputs.forEach((input, i) => {
      const dx = inputGradients[i]
      if (dx !== undefined && active.has(input)) accumulate(gradients, input, dx)
    })
  }
  return wrt.map((value) => gradients.get(value) ?? constant(zeros('float32', staticShape(value.shape))))
}

function accumulate(gradients: Map<Value, Value>, value: Value, dx: Value): void {
  const sum = gradients.get(value)
  gradients.set(value, sum === undefined ? dx : add(sum, dx))
}

/** The values through which some of `wrt` reaches the outputs: nothing else needs a gradient. */
function dependents(order: readonly Value[], wrt: readonly Value[]): Set<Value> {
  const active = new Set(wrt)
  for (const value of order) if (value.inputs.some((input) => active.has(input))) active.add(value)
  return active
}

function applyRule(value: Value, dy: Value): readonly (Value | undefined)[] {
  invariant(value.op in vjpRules, `${value.op} is made by lower and has no derivative`)
  const rule = vjpRules[value.op as OpName] as (node: Node<OpName>, dy: Value) => readonly (Value | undefined)[]
  return rule(value as Node<OpName>, dy)
}
