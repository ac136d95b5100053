import { check } from '../base/index.ts'
import { type DType, sameShape } from '../tensor/index.ts'
import { type GraphShape, showShape } from './dim.ts'
import type { AllOps, AnyOpName } from './ops.ts'

/** One op applied to values: an immutable description of a tensor that some backend will compute. */
export interface Node<K extends AnyOpName> {
  readonly op: K
  readonly inputs: AllOps[K]['inputs']
  readonly attrs: AllOps[K]['attrs']
  readonly shape: GraphShape
  readonly dtype: DType
}

/** A value of any op: a union discriminated by `op`. */
export type Value = { [K in AnyOpName]: Node<K> }[AnyOpName]

/** The same op on other inputs of the same shapes, or ones that broadcast alike. */
export function withInputs(value: Value, inputs: readonly Value[]): Value {
  return { ...(value as Node<AnyOpName>), inputs } as Value
}

/** What a graph computes: named values. All that they reach belongs to it. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>
  /**
   * What one run carries over to the next: by the name of an input, the output that is its value then. Weights, moments, averages
   * and statistics of a training step are. A `Backend` keeps them where it computes.
   */
  readonly carried?: Readonly<Record<string, string>>
  /**
   * An output, a scalar that is not 0 where a row of runs stops after this one: what the next is fed depends on it. A training step that was
   * skipped is such a run.
   */
  readonly haltsAt?: string
}

/** Every value that `outputs` reach, each after its inputs, without recursion (training graphs are thousands deep). */
export function topological(outputs: readonly Value[]): Value[] {
  const order: Value[] = []
  const state = new Map<Value, 'open' | 'done'>()
  const stack: Value[] = [...outputs].reverse()
  while (stack.length > 0) {
    const value = stack[stack.length - 1]!
    const seen = state.get(value)
    if (seen === undefined) {
      state.set(value, 'open')
      for (let i = value.inputs.length - 1; i >= 0; i--) {
        const input = value.inputs[i]!
        if (!state.has(input)) stack.push(input)
      }
    } else {
      stack.pop()
      if (seen === 'open') {
        state.set(value, 'done')
        order.push(value)
      }
    }
  }
  return order
}

/**
 * The inputs of a graph, one a name, in the order they are first reached.
 * @throws InputError where a name stands for two types, or for an output too, where what is carried over does not fit its input, and where
 * what halts it is no scalar output.
 */
export function graphInputs(graph: Graph): Node<'input'>[] {
  const inputs = new Map<string, Node<'input'>>()
  for (const value of topological(Object.values(graph.outputs))) {
    if (value.op !== 'input') continue
    const { name } = value.attrs
    const known = inputs.get(name) ?? value
    check(
      known.dtype === value.dtype && sameShape(known.shape, value.shape),
      `graph: input '${name}' is ${known.dtype} ${showShape(known.shape)} and ${value.dtype} ${showShape(value.shape)}`,
    )
    check(!Object.hasOwn(graph.outputs, name), `graph: output '${name}' has the name of an input`)
    inputs.set(name, known)
  }
  for (const [name, output] of Object.entries(graph.carried ?? {})) checkCarried(graph, inputs.get(name), name, output)
  if (graph.haltsAt !== undefined)
    check(
      graph.outputs[graph.haltsAt]?.shape.length === 0,
      `graph: '${graph.haltsAt}' halts it, expected a scalar output`,
    )
  return [...inputs.values()]
}

/** An input whose next value is not of its own type cannot be fed with it. */
function checkCarried({ outputs }: Graph, from: Node<'input'> | undefined, name: string, output: string): void {
  const to = outputs[output]
  check(to !== undefined, `graph: '${name}' is carried over by the output '${output}', which the graph does not have`)
  check(from !== undefined, `graph: '${output}' is carried over to the input '${name}', which the graph does not read`)
  check(
    from.dtype === to.dtype && sameShape(from.shape, to.shape),
    `graph: '${name}' is ${from.dtype} ${showShape(from.shape)}, carried over as ${to.dtype} ${showShape(to.shape)}`,
  )
}
