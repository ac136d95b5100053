import type { Graph } from '../graph/index.ts'
import type { StateTensors } from '../run/index.ts'
import type { Tensors } from '../runtime/index.ts'
import { zeros } from '../tensor/index.ts'

const next = 'next/'

/** A run's tensors from step to step. Two sets of memory take turns, so that a step allocates nothing. */
export class StepState {
  #tensors: StateTensors
  /** What the tensors were before the last step: the next one's results are written into its memory. */
  #spare: StateTensors = {}

  constructor(tensors: StateTensors) {
    this.#tensors = tensors
  }

  /** By name, as the step is fed with them. */
  get tensors(): StateTensors {
    return this.#tensors
  }

  /**
   * Memory for the outputs `next/NAME` of a step, to be given to `Program.run`. It is not that of the state, which what was frozen
   * until now still shares with it.
   */
  memoryFor({ outputs }: Graph): Tensors {
    const changed = Object.keys(outputs).filter((name) => name.startsWith(next))
    const memory = changed.map((output) => {
      const name = output.slice(next.length)
      const [now, spare] = [this.#tensors[name]!, this.#spare[name]]
      return [output, spare === undefined || spare === now ? zeros('float32', now.shape) : spare] as const
    })
    return Object.fromEntries(memory)
  }

  /** What the step wrote into its memory becomes the state. Until then the state is that of before the step. */
  swap(memory: Tensors): void {
    const changed = Object.entries(memory).map(([output, tensor]) => [output.slice(next.length), tensor] as const)
    this.#spare = this.#tensors
    this.#tensors = { ...this.#tensors, ...Object.fromEntries(changed) }
  }
}
