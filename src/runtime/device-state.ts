import { check } from '../base/index.ts'
import { type Graph, graphInputs, type Node } from '../graph/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { StatefulProgram, Tensors } from './backend.ts'
import { checkWritten, picked } from './carried.ts'
import { bindFeeds } from './feeds.ts'
import type { DeviceSession, DeviceTensor } from './session.ts'
import { halts } from './stepper.ts'

/** The three models of a state on a device. What goes up or comes down passes a model that copies and does nothing else. */
export interface DeviceSessions {
  /** The step: what it carries over stays on the device. */
  readonly step: DeviceSession
  /** Tensors in memory become tensors on the device, each under its own name. */
  readonly upload: (tensors: Tensors) => Promise<Record<string, DeviceTensor>>
  /** Tensors on the device as tensors in memory. */
  readonly download: (tensors: Readonly<Record<string, DeviceTensor>>) => Promise<Record<string, Tensor>>
  readonly release: () => Promise<void>
}

/** A program whose state lies on a device: per step only the feeds go up, and only what is not carried over comes down. */
export class DeviceState implements StatefulProgram {
  readonly #sessions: DeviceSessions
  readonly #graph: Graph
  readonly together = 1
  /** What a step is fed besides the state. */
  readonly #inputs: readonly Node<'input'>[]
  #state: Readonly<Record<string, DeviceTensor>>

  private constructor(sessions: DeviceSessions, graph: Graph, state: Readonly<Record<string, DeviceTensor>>) {
    this.#sessions = sessions
    this.#graph = graph
    this.#inputs = graphInputs(graph).filter(({ attrs }) => state[attrs.name] === undefined)
    this.#state = state
  }

  static async open(sessions: DeviceSessions, graph: Graph, state: Tensors): Promise<DeviceState> {
    return new DeviceState(sessions, graph, await sessions.upload(state))
  }

  async step(feeds: Tensors): Promise<Record<string, Tensor>> {
    bindFeeds(this.#inputs, feeds)
    const { results, held } = await this.#sessions.step.run(feeds, this.#state)
    const names = Object.entries(this.#graph.carried ?? {})
    const next = Object.fromEntries(names.map(([name, output]) => [name, held[output]!]))
    const old = picked(this.#state, Object.keys(next))
    this.#state = { ...this.#state, ...next }
    for (const tensor of Object.values(old)) tensor.dispose()
    return results
  }

  async steps(feeds: readonly Tensors[]): Promise<Record<string, Tensor>[]> {
    const told: Record<string, Tensor>[] = []
    for (const own of feeds) {
      told.push(await this.step(own))
      if (halts(this.#graph, told.at(-1)!)) break
    }
    return told
  }

  async read(names: readonly string[]): Promise<Record<string, Tensor>> {
    for (const name of names) check(this.#state[name] !== undefined, `state: there is no '${name}'`)
    return names.length === 0 ? {} : this.#sessions.download(picked(this.#state, names))
  }

  async write(tensors: Tensors): Promise<void> {
    checkWritten(this.#state, tensors)
    if (Object.keys(tensors).length === 0) return
    const old = picked(this.#state, Object.keys(tensors))
    this.#state = { ...this.#state, ...(await this.#sessions.upload(tensors)) }
    for (const tensor of Object.values(old)) tensor.dispose()
  }

  checkpoint(): Promise<Record<string, Tensor>> {
    return this.read(Object.keys(this.#state))
  }

  held(): { readonly tensors: number; readonly bytes: number } {
    const all = Object.values(this.#state)
    return { tensors: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) }
  }

  async release(): Promise<void> {
    for (const tensor of Object.values(this.#state)) tensor.dispose()
    await this.#sessions.release()
  }
}
