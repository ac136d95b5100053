import type { Graph } from '../graph/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Program, Tensors } from './backend.ts'

/** Runs steps from a state in memory, and writes the state after them into other memory. */
export interface Stepper {
  /** Steps of one run at most. */
  readonly most: number
  /**
   * One run of a step for each of `feeds`; after one that halts the rest is left out. What is carried over is read from `state` and written into
   * `into`, both by the names of inputs. What each step told.
   */
  run(feeds: readonly Tensors[], state: Tensors, into: Tensors): Promise<Record<string, Tensor>[]>
  release(): Promise<void>
}

/** A step a run. */
export function singleSteps(program: Program, { carried = {} }: Graph): Stepper {
  const outputs = new Set(Object.values(carried))
  return {
    most: 1,
    run: async ([feeds], state, into) => {
      const memory = Object.entries(carried).map(([name, output]) => [output, into[name]!])
      const results = await program.run({ ...feeds, ...state }, Object.fromEntries(memory))
      return [Object.fromEntries(Object.entries(results).filter(([name]) => !outputs.has(name)))]
    },
    release: () => program.release(),
  }
}

/** True where what a step told ends the row of steps. */
export function halts({ haltsAt }: Graph, told: Tensors): boolean {
  return haltsAt !== undefined && Number(told[haltsAt]!.data[0]) !== 0
}
