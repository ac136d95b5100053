import { check } from '../base/index.ts'
import type { StateTensors } from '../run/index.ts'
import type { Backend, StatefulProgram, Tensors } from '../runtime/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { fitting, type Place, packState, placesIn } from './packs.ts'
import type { StepPlan } from './updates.ts'

/** A step ready to run from a state on, whose tensors have their own names, however the step holds them. */
export async function startStep(backend: Backend, plan: StepPlan, state: StateTensors): Promise<StatefulProgram> {
  const { graph, packs } = plan
  if (packs.length === 0) return backend.start(graph, state)
  const packed = packState(packs, state)
  const places = placesIn(packs, packed)
  return new PackedProgram(await backend.start(graph, packed), places)
}

/** A program whose state is packed, seen as if it were not. */
class PackedProgram implements StatefulProgram {
  readonly #program: StatefulProgram
  readonly #places: ReadonlyMap<string, Place>

  /** The packed tensors, which nobody outside knows. */
  readonly #rows: ReadonlySet<string>

  constructor(program: StatefulProgram, places: ReadonlyMap<string, Place>) {
    this.#program = program
    this.#places = places
    this.#rows = new Set([...places.values()].map(({ row }) => row))
  }

  get together(): number {
    return this.#program.together
  }

  step(feeds: Tensors): Promise<Record<string, Tensor>> {
    return this.#program.step(feeds)
  }

  steps(feeds: readonly Tensors[]): Promise<Record<string, Tensor>[]> {
    return this.#program.steps(feeds)
  }

  async read(names: readonly string[]): Promise<Record<string, Tensor>> {
    this.#checkOwn(names)
    const rows = await this.#program.read([...new Set(names.map((name) => this.#places.get(name)?.row ?? name))])
    return Object.fromEntries(
      names.map((name) => {
        const place = this.#places.get(name)
        return [name, place === undefined ? rows[name]! : partOf(rows, place)]
      }),
    )
  }

  async write(tensors: Tensors): Promise<void> {
    this.#checkOwn(Object.keys(tensors))
    const packed = Object.keys(tensors).filter((name) => this.#places.has(name))
    if (packed.length === 0) return this.#program.write(tensors)
    const rows = { ...(await this.#program.read([...new Set(packed.map((name) => this.#places.get(name)!.row))])) }
    for (const [name, row] of Object.entries(rows)) rows[name] = { ...row, data: row.data.slice() } as Tensor
    for (const name of packed) {
      const { row, shape, from } = this.#places.get(name)!
      ;(rows[row]!.data as Float32Array).set(fitting(name, shape, tensors[name]), from)
    }
    const others = Object.entries(tensors).filter(([name]) => !this.#places.has(name))
    await this.#program.write({ ...Object.fromEntries(others), ...rows })
  }

  async checkpoint(): Promise<Record<string, Tensor>> {
    const rows = await this.#program.checkpoint()
    const own = Object.entries(rows).filter(([name]) => !this.#rows.has(name))
    const parts = [...this.#places].map(([name, place]) => [name, partOf(rows, place)] as const)
    return Object.fromEntries([...own, ...parts])
  }

  held(): { readonly tensors: number; readonly bytes: number } {
    return this.#program.held()
  }

  release(): Promise<void> {
    return this.#program.release()
  }

  #checkOwn(names: readonly string[]): void {
    for (const name of names) check(!this.#rows.has(name), `state: there is no '${name}'`)
  }
}

/** A tensor out of its row. */
function partOf(rows: Tensors, { row, shape, from, to }: Place): Tensor {
  return float32(shape, (rows[row]!.data as Float32Array).slice(from, to))
}
