import { check } from '../base/index.ts'
import type { Graph } from '../graph/index.ts'
import { type Tensor, zerosOf } from '../tensor/index.ts'
import type { Program, StatefulProgram, Tensors } from './backend.ts'
import { checkWritten, picked } from './carried.ts'

/**
 * A program whose state lies in memory. Two sets of memory take turns, so that a step allocates nothing: it reads one and writes the
 * other, and only when it is done are they swapped.
 */
export class HostState implements StatefulProgram {
  readonly #program: Program
  readonly #carried: Readonly<Record<string, string>>
  #state: Tensors
  /** What the carried tensors were before the last step: the next one's results are written into its memory. */
  #spare: Tensors

  constructor(program: Program, graph: Graph, state: Tensors) {
    this.#program = program
    this.#carried = graph.carried ?? {}
    this.#state = state
    this.#spare = mapTensors(this.#own(state), (t) => ({ ...t, data: zerosOf(t.dtype, t.data.length) }) as Tensor)
  }

  async step(feeds: Tensors): Promise<Record<string, Tensor>> {
    const names = Object.entries(this.#carried)
    const into = Object.fromEntries(names.map(([name, output]) => [output, this.#spare[name]!]))
    const results = await this.#program.run({ ...feeds, ...this.#state }, into)
    const before = this.#own(this.#state)
    this.#state = { ...this.#state, ...this.#spare }
    this.#spare = before
    return Object.fromEntries(Object.entries(results).filter(([name]) => into[name] === undefined))
  }

  async read(names: readonly string[]): Promise<Record<string, Tensor>> {
    for (const name of names) check(this.#state[name] !== undefined, `state: there is no '${name}'`)
    return picked(this.#state, names)
  }

  async write(tensors: Tensors): Promise<void> {
    checkWritten(this.#state, tensors)
    this.#state = { ...this.#state, ...tensors }
  }

  async checkpoint(): Promise<Record<string, Tensor>> {
    return { ...this.#state }
  }

  held(): { readonly tensors: number; readonly bytes: number } {
    const all = [...Object.values(this.#state), ...Object.values(this.#spare)]
    return { tensors: all.length, bytes: all.reduce((sum, { data }) => sum + data.byteLength, 0) }
  }

  release(): Promise<void> {
    return this.#program.release()
  }

  #own(tensors: Tensors): Record<string, Tensor> {
    return picked(tensors, Object.keys(this.#carried))
  }
}

function mapTensors(tensors: Tensors, f: (tensor: Tensor) => Tensor): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor)]))
}
