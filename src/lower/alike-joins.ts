import { concat, type Graph, type Node, reshape, staticShape, topological, type Value } from '../graph/index.ts'
import { sameShape, sizeOf } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'
import { canStack, mostStacked, rowsFrom, type StackedOperand, stackedOp } from './stacked.ts'

/**
 * Results of one op that are joined become one op on its joined operands: what is made of each block's gradients before they change
 * its weights, where those lie in one pack. Large ones first, so that what is made of the same gradients finds them joined.
 * Run `stackAlike` before, and merge equal values.
 */
export function joinAlike(graph: Graph): Graph {
  const values = topological(Object.values(graph.outputs))
  const joins = values.filter(isJoin).sort((a, b) => numbersOf(b) - numbersOf(a))
  const planner = new Planner(joinedAlone(values, Object.values(graph.outputs)))
  const joined = new Map<Value, Value>(joins.map((join) => [join, planner.join(join)]))
  return rewriteGraph(graph, (value, original) => joined.get(original) ?? value)
}

/** Rows one behind the other. */
function isJoin(value: Value): value is Node<'concat'> {
  const { op, inputs, shape } = value
  if (op !== 'concat' || value.attrs.axis !== 0 || inputs.length < 2) return false
  return shape.every((dim) => typeof dim === 'number') && inputs.every((x) => x.shape[0] === 1)
}

/** Of the values, those that nothing reads but joins, and ops on the way there that can be one op on stacks. */
function joinedAlone(values: readonly Value[], outputs: readonly Value[]): ReadonlySet<Value> {
  const outside = new Set(outputs)
  for (const value of [...values].reverse()) {
    const isWay = isJoin(value) || ((value.op === 'reshape' || canSink(value)) && !outside.has(value))
    if (!isWay) for (const x of value.inputs) outside.add(x)
  }
  return new Set(values.filter((value) => !outside.has(value)))
}

/** A product is one of weights, or a sum: one of data with data is large. */
function canSink(value: Value): boolean {
  return canStack(value) && (value.op !== 'matmul' || value.inputs.some((x) => x.op === 'constant' || isRow(x)))
}

function isRow(value: Value): boolean {
  return value.op === 'reshape' ? isRow(value.inputs[0]) : isUnitSlice(value)
}

function isUnitSlice(value: Value): value is Node<'slice'> {
  return value.op === 'slice' && value.attrs.axis === 0 && value.attrs.end === value.attrs.begin + 1
}

/** How values of one shape come to lie one behind the other. */
interface Plan {
  /** Them as [count, …their shape]; or the one that all of them are. */
  readonly make: () => StackedOperand
  /** Numbers that are copied for it. */
  readonly copied: number
  /** Ops that are started less. */
  readonly saved: number
}

/** So many numbers may be copied to start an op less. */
const copiedForStart = 2 ** 18

class Planner {
  readonly #alone: ReadonlySet<Value>
  readonly #plans = new Map<string, Plan>()
  /** What is made, so that it costs nothing to have it again. */
  readonly #made = new Map<string, StackedOperand>()
  readonly #numbers = new Map<Value, number>()

  constructor(alone: ReadonlySet<Value>) {
    this.#alone = alone
  }

  /** The same value as a join, of stretches that are made alike. */
  join({ inputs, shape }: Node<'concat'>): Value {
    const parts = stretches(inputs).map((own) => {
      const { value, isStack } = this.#plan(own).make()
      const rows = isStack ? value : concat(own.map(() => value))
      return reshape(rows, [own.length, ...shape.slice(1)])
    })
    for (const key of this.#plans.keys()) if (!this.#made.has(key)) this.#plans.delete(key) // what is made meanwhile costs less
    return parts.length === 1 ? parts[0]! : concat(parts)
  }

  #plan(values: readonly Value[]): Plan {
    const key = values.map((value) => this.#numberOf(value)).join()
    const known = this.#plans.get(key)
    if (known !== undefined) return this.#made.has(key) ? { ...known, copied: 0, saved: 0 } : known
    const plan = this.#best(values)
    const make = () => {
      const made = this.#made.get(key) ?? plan.make()
      this.#made.set(key, made)
      return made
    }
    this.#plans.set(key, { ...plan, make })
    return { ...plan, make }
  }

  #best(values: readonly Value[]): Plan {
    const first = values[0]!
    if (values.every((value) => value === first))
      return { make: () => ({ value: first, isStack: false }), copied: 0, saved: 0 }
    const rows = sliceOf(values)
    if (rows !== undefined) return { make: () => ({ value: rows, isStack: true }), copied: 0, saved: 0 }
    const copy = copyOf(values)
    if (!values.every((value) => isAlike(value, first))) return copy
    if (first.op === 'reshape') return this.#reshaped(values)
    if (!values.every((value) => canSink(value) && this.#alone.has(value))) return copy
    if (values.length * largest(first) > mostStacked) return copy
    const sunk = this.#sunk(values)
    return worth(sunk) >= worth(copy) ? sunk : copy
  }

  #reshaped(values: readonly Value[]): Plan {
    const plan = this.#plan(values.map((value) => value.inputs[0]!))
    const { shape } = values[0]!
    const make = () => {
      const { value, isStack } = plan.make()
      return { value: reshape(value, isStack ? [values.length, ...shape] : shape), isStack }
    }
    return { ...plan, make }
  }

  #sunk(values: readonly Value[]): Plan {
    const first = values[0]!
    const plans = first.inputs.map((_, i) => this.#plan(values.map(({ inputs }) => inputs[i]!)))
    return {
      make: () => {
        const operands = plans.map(({ make }) => make())
        return { value: stackedOp(first, operands, values.length), isStack: true }
      },
      copied: sum(plans.map(({ copied }) => copied)),
      saved: sum(plans.map(({ saved }) => saved)) + values.length - 1,
    }
  }

  #numberOf(value: Value): number {
    if (!this.#numbers.has(value)) this.#numbers.set(value, this.#numbers.size)
    return this.#numbers.get(value)!
  }
}

/** Values in order, cut where one is not made like the one before it. */
function stretches(values: readonly Value[]): Value[][] {
  const found: Value[][] = []
  for (const value of values) {
    const own = found.at(-1)
    if (own !== undefined && isAlike(value, own[0]!, 4)) own.push(value)
    else found.push([value])
  }
  return found
}

/** Whether two values are results of one op on operands of the same shapes, and those so too, down to a depth. */
function isAlike(a: Value, b: Value, depth = 1): boolean {
  if (a === b || depth === 0) return true
  if (a.op !== b.op || a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return false
  if (!canSink(a) && a.op !== 'reshape') return true
  if (JSON.stringify(a.attrs) !== JSON.stringify(b.attrs)) return false
  return a.inputs.every((x, i) => {
    const y = b.inputs[i]!
    return sameShape(x.shape, y.shape) && isAlike(x, y, depth - 1)
  })
}

/** Rows of one value that follow each other. */
function sliceOf(values: readonly Value[]): Value | undefined {
  const first = values[0]!
  if (!isUnitSlice(first)) return undefined
  const [of] = first.inputs
  const { begin } = first.attrs
  const follow = values.every((x, i) => isUnitSlice(x) && x.inputs[0] === of && x.attrs.begin === begin + i)
  return follow ? reshape(rowsFrom(of, begin, values.length), [values.length, ...first.shape]) : undefined
}

function copyOf(values: readonly Value[]): Plan {
  const rows = () => concat(values.map((value) => reshape(value, [1, ...value.shape])))
  const copied = values.length * numbersOf(values[0]!)
  return { make: () => ({ value: rows(), isStack: true }), copied, saved: 0 }
}

function worth({ saved, copied }: Plan): number {
  return saved * copiedForStart - copied
}

/** Numbers of a value, or of an operand that is larger. */
function largest(value: Value): number {
  return Math.max(numbersOf(value), ...value.inputs.map(numbersOf))
}

function numbersOf({ shape }: Value): number {
  return shape.every((dim) => typeof dim === 'number') ? sizeOf(staticShape(shape)) : Number.POSITIVE_INFINITY
}

function sum(all: readonly number[]): number {
  return all.reduce((total, n) => total + n, 0)
}
