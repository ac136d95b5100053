import { check, InputError, invariant } from '../base/index.ts'
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
import { sumTo } from './sum-to.ts'
import { type Cotangent, type VjpRule, vjpRules } from './vjp.ts'

/** How a derivative is built: memory against arithmetic. The numbers are the same either way. */
export interface GradientOptions {
  /** Parts of the forward pass to compute again in the backward pass; none unless told otherwise. They may share their ends. */
  readonly segments?: readonly Segment[]
}

/**
 * dL/dv for each v of `wrt`: the reverse sweep over a scalar loss L. The result is again a graph of plain values, so it can be
 * differentiated, lowered and exported like any other. A value that L does not depend on has gradient zero.
 * @throws InputError where the loss is no float scalar, and where some v reaches L through an op without a derivative.
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
 * @throws InputError where a cotangent has another shape than its output, and where some v reaches an output through an op without
 * a derivative.
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
    const through = value.inputs.find((input) => active.has(input))
    if (dy === undefined || through === undefined || ruleOf(value) === 'zero') continue
    if (ruleOf(value) === 'none') throw noDerivative(value, through, wrt)
    const segment = endingAt.get(value)
    const again = segment && recompute(segment, dy)
    for (const [original, copy] of again?.copies ?? []) copies.set(original, copy)
    const flowing = applyRule(again?.to ?? copies.get(value) ?? value, dy)
    value.inputs.forEach((input, i) => {
      const dx = flowing[i] ?? null
      if (dx !== null && active.has(input)) accumulate(gradients, input, sumTo(dx, input.shape))
    })
  }
  return wrt.map((value) => gradients.get(value) ?? constant(zeros('float32', staticShape(value.shape))))
}

function accumulate(gradients: Map<Value, Value>, value: Value, dx: Value): void {
  const sum = gradients.get(value)
  gradients.set(value, sum === undefined ? dx : add(sum, dx))
}

/** The floats through which some of `wrt` changes the outputs smoothly: nothing else needs a gradient. */
function dependents(order: readonly Value[], wrt: readonly Value[]): Set<Value> {
  const active = new Set(wrt.filter(isFloat))
  for (const value of order) {
    const flows = isFloat(value) && ruleOf(value) !== 'zero'
    if (flows && value.inputs.some((input) => active.has(input))) active.add(value)
  }
  return active
}

function isFloat({ dtype }: Value): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16'
}

function noDerivative(value: Value, through: Value, wrt: readonly Value[]): InputError {
  const source = topological([through]).find((candidate) => wrt.includes(candidate))
  const name = source?.op === 'input' ? `'${source.attrs.name}'` : `a value of ${source?.op}`
  return new InputError(
    `gradient: ${value.op} has no derivative, expected inputs that do not depend on ${name}, got ${through.op} ${showShape(through.shape)} that does`,
    'stopGradient(…) around that input takes it for fixed',
  )
}

type Differentiable = { [K in OpName]: Node<K> }[OpName]

function isDifferentiable(value: Value): value is Differentiable {
  return value.op in vjpRules
}

function ruleOf(value: Value): (typeof vjpRules)[OpName] | undefined {
  return isDifferentiable(value) ? vjpRules[value.op] : undefined
}

function applyRule(value: Value, dy: Value): readonly Cotangent[] {
  invariant(isDifferentiable(value), `${value.op} is made by lower and has no derivative`)
  return cotangentsOf(value.op, value, dy)
}

function cotangentsOf<K extends OpName>(op: K, node: Node<K>, dy: Value): readonly Cotangent[] {
  const rule: VjpRule<K> = vjpRules[op]
  return typeof rule === 'function' ? rule(node, dy) : []
}
