import { type Graph, type Node, reshape, slice, staticShape, topological, type Value } from '../graph/index.ts'
import { sizeOf } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'
import { canStack, mostStacked, rowsFrom, type StackedOperand, stackedOp } from './stacked.ts'

/** One of the values of a stack. */
interface Row {
  readonly stack: Stack
  readonly index: number
}

/** Values of one shape that lie one behind the other in a value, or could. */
type Stack = Sliced | Viewed | Computed

/** Slices of one along the first axis of a value. */
interface Sliced {
  readonly kind: 'sliced'
  readonly of: Value
}

/** The rows of another stack in another shape. */
interface Viewed {
  readonly kind: 'viewed'
  readonly of: Stack
  readonly shape: Value['shape']
}

/** Results of one op on rows of stacks, and on values that all of them share. */
interface Computed {
  readonly kind: 'computed'
  readonly operands: readonly (Shifted | Shared)[]
  /** By the row of the first stack among the operands. */
  readonly members: Map<number, Value>
}

/** Member i reads row i + shift. */
interface Shifted {
  readonly stack: Stack
  readonly shift: number
}

interface Shared {
  readonly shared: Value
}

/** Rows `first` to `first + count − 1` of a stack. */
interface Run {
  /** [count, …shape of a row]. */
  readonly value: Value
  readonly first: number
  readonly count: number
}

/**
 * Ops that do the same with slice after slice of one value become one op on the value, and slices of its result: what is made of
 * each block's weights before they meet data, where the weights of all blocks lie in one pack. A device takes as long to start a small op as
 * to compute it. Merge equal values first.
 */
export function stackAlike(graph: Graph): Graph {
  const rows = rowsOf(topological(Object.values(graph.outputs)))
  const stacks = new MadeStacks()
  return rewriteGraph(graph, (value, original) => {
    const row = rows.get(original)
    const own = row?.stack.kind === 'computed' ? stacks.rowOf(row, original.shape) : undefined
    stacks.rewritten.set(original, own ?? value)
    return own ?? value
  })
}

/** What of a graph is a row of what. */
function rowsOf(values: readonly Value[]): ReadonlyMap<Value, Row> {
  const rows = new Map<Value, Row>()
  const stacks = new KnownStacks()
  for (const value of values) {
    const row = isStatic(value) ? stacks.place(value, rows) : undefined
    if (row !== undefined) rows.set(value, row)
  }
  return rows
}

/** Stacks by what they are made of. */
class KnownStacks {
  readonly #stacks = new Map<string, Stack>()
  readonly #numbers = new Map<Value | Stack, number>()

  /** The row that a value is, given those of its inputs. */
  place(value: Value, rows: ReadonlyMap<Value, Row>): Row | undefined {
    const first = value.inputs.map((x) => rows.get(x)).find((row) => row !== undefined)
    if (first === undefined) return value.op === 'slice' ? this.#sliced(value) : undefined
    if (value.op === 'reshape') return { stack: this.#viewed(first.stack, value.shape), index: first.index }
    return canStack(value) ? this.#computed(value, first.index, rows) : undefined
  }

  #sliced({ inputs: [of], attrs: { axis, begin, end } }: Node<'slice'>): Row | undefined {
    if (axis !== 0 || end !== begin + 1) return undefined
    return { stack: this.#known(`sliced ${this.#numberOf(of)}`, { kind: 'sliced', of }), index: begin }
  }

  #viewed(of: Stack, shape: Value['shape']): Stack {
    return this.#known(`viewed ${this.#numberOf(of)} ${shape}`, { kind: 'viewed', of, shape })
  }

  #computed(value: Value, index: number, rows: ReadonlyMap<Value, Row>): Row {
    const operands = value.inputs.map((x) => {
      const row = rows.get(x)
      return row === undefined ? { shared: x } : { stack: row.stack, shift: row.index - index }
    })
    const of = operands.map((x) => ('shared' in x ? this.#numberOf(x.shared) : `${this.#numberOf(x.stack)}+${x.shift}`))
    const shapes = value.inputs.map(({ shape }) => `[${shape}]`)
    const key = `${value.op} ${of} ${shapes} ${JSON.stringify(value.attrs)}`
    const stack = this.#known(key, { kind: 'computed', operands, members: new Map<number, Value>() })
    stack.members.set(index, value)
    return { stack, index }
  }

  #known<T extends Stack>(key: string, own: T): T {
    if (!this.#stacks.has(key)) this.#stacks.set(key, own)
    return this.#stacks.get(key) as T
  }

  #numberOf(of: Value | Stack): number {
    if (!this.#numbers.has(of)) this.#numbers.set(of, this.#numbers.size)
    return this.#numbers.get(of)!
  }
}

/** Stacks as values, each made when it is first read: by then what its rows share is rewritten. */
class MadeStacks {
  readonly rewritten = new Map<Value, Value>()
  readonly #made = new Map<Stack, readonly Run[]>()

  /** A row as a slice of its stack, where that is made. */
  rowOf({ stack, index }: Row, shape: Value['shape']): Value | undefined {
    const run = this.#runsOf(stack).find((own) => index >= own.first && index < own.first + own.count)
    return run === undefined ? undefined : reshape(slice(run.value, 0, index - run.first, index - run.first + 1), shape)
  }

  #runsOf(stack: Stack): readonly Run[] {
    const known = this.#made.get(stack)
    if (known !== undefined) return known
    const runs = this.#make(stack)
    this.#made.set(stack, runs)
    return runs
  }

  #make(stack: Stack): readonly Run[] {
    switch (stack.kind) {
      case 'sliced': {
        const [count, ...rest] = this.rewritten.get(stack.of)!.shape as readonly number[]
        return [{ value: reshape(this.rewritten.get(stack.of)!, [count!, 1, ...rest]), first: 0, count: count! }]
      }
      case 'viewed':
        return this.#runsOf(stack.of).map(({ value, first, count }) => ({
          value: reshape(value, [count, ...stack.shape]),
          first,
          count,
        }))
      case 'computed':
        return runsIn([...stack.members.keys()]).flatMap(([first, count]) => this.#computed(stack, first, count) ?? [])
    }
  }

  /** Undefined where the rows are too large together, or one of their operands is not made. */
  #computed({ operands, members }: Computed, first: number, count: number): Run | undefined {
    const one = members.get(first)!
    if (count * sizeOf(staticShape(one.shape)) > mostStacked) return undefined
    const given = operands.map((x) =>
      'shared' in x
        ? { value: this.rewritten.get(x.shared)!, isStack: false }
        : { value: this.#part(x.stack, first + x.shift, count), isStack: true },
    )
    const made = given.filter((x): x is StackedOperand => x.value !== undefined)
    return made.length < given.length ? undefined : { value: stackedOp(one, made, count), first, count }
  }

  #part(stack: Stack, first: number, count: number): Value | undefined {
    const run = this.#runsOf(stack).find((own) => first >= own.first && first + count <= own.first + own.count)
    return run === undefined ? undefined : rowsFrom(run.value, first - run.first, count)
  }
}

/** Where whole numbers follow each other, two or more: the first, and how many. */
function runsIn(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && number === last[0] + last[1]) last[1]++
    else runs.push([number, 1])
  }
  return runs.filter(([, count]) => count > 1)
}
function isStatic({ shape }: Value): boolean {
  return shape.every((dim) => typeof dim === 'number')
}
