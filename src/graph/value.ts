import type { DType } from '../tensor/index.ts'
import type { GraphShape } from './dim.ts'
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

/** What a graph computes: named values. All that they reach belongs to it. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>
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

/** The `input` values of a graph in the order they are first reached. */
export function graphInputs(graph: Graph): Node<'input'>[] {
  return topological(Object.values(graph.outputs)).filter((value): value is Node<'input'> => value.op === 'input')
}
