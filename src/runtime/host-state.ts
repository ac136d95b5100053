import { check } from '../base/index.ts'
import type { Graph } from '../graph/index.ts'
import { type Tensor, zerosOf } from '../tensor/index.ts'
import type { StatefulProgram, Tensors } from './backend.ts'
import { checkWritten, picked } from './carried.ts'
import { halts, type Stepper } from './stepper.ts'

/**
 * A program whose state lies in memory. Two sets of memory take turns, so that a run allocates nothing: it reads one and writes the
 * other, and only when it is done are they swapped.
 */
export class HostState implements StatefulProgram {
  readonly #stepper: Stepper
  readonly #graph: Graph
  #state: Tensors
  /** What the carried tensors were before the last run: the next one's results are written into its memory. */
  #spare: Tensors

  constructor(stepper: Stepper, graph: Graph, state: Tensors) {
    this.#stepper = stepper
    this.#graph = graph
    this.#state = state
    this.#spare = mapTensors(this.#own(state), (t) => ({ ...t, data: zerosOf(t.dtype, t.data.length) }) as Tensor)
  }

  get together(): number {
    return this.#stepper.most
  }

  async step(feeds: Tensors): Promise<Record<string, Tensor>> {
    const [told] = await this.#run([feeds])
    return told!
  }

  async steps(feeds: readonly Tensors[]): Promise<Record<string, Tensor>[]> {
    const told: Record<string, Tensor>[] = []
    while (told.length < feeds.length) {
      told.push(...(await this.#run(feeds.slice(told.length, told.length + this.together))))
      if (halts(this.#graph, told.at(-1)!)) break
    }
    return told
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
    return this.#stepper.release()
  }

  async #run(feeds: readonly Tensors[]): Promise<Record<string, Tensor>[]> {
    const told = await this.#stepper.run(feeds, this.#state, this.#spare)
    const before = this.#own(this.#state)
    this.#state = { ...this.#state, ...this.#spare }
    this.#spare = before
    return told
  }

  #own(tensors: Tensors): Record<string, Tensor> {
    return picked(tensors, Object.keys(this.#graph.carried ?? {}))
  }
}

function mapTensors(tensors: Tensors, f: (tensor: Tensor) => Tensor): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor)]))
}
