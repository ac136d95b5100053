import { check } from '../base/index.ts'
import type { StateTensors } from '../run/index.ts'
import type { Backend, StatefulProgram, Tensors } from '../runtime/index.ts'
import { float32, sameShape, type Tensor } from '../tensor/index.ts'
import { type Pack, type Place, packState, placesIn } from './packs.ts'
import type { StepPlan } from './updates.ts'

/** A step ready to run from a state on, whose tensors have their own names, however the step holds them. */
export async function startStep(backend: Backend, plan: StepPlan, state: StateTensors): Promise<StatefulProgram> {
  const { graph, packs } = plan
  if (packs.length === 0) return backend.start(graph, state)
  return new PackedProgram(await backend.start(graph, packState(packs, state)), packs)
}

/** A program whose state is packed, seen as if it were not. */
class PackedProgram implements StatefulProgram {
  readonly #program: StatefulProgram
  readonly #places: ReadonlyMap<string, Place>

  constructor(program: StatefulProgram, packs: readonly Pack[]) {
    this.#program = program
    this.#places = placesIn(packs)
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
    const rows = await this.#program.read([...new Set(names.map((name) => this.#places.get(name)?.row ?? name))])
    return Object.fromEntries(names.map((name) => [name, partOf(rows, this.#places.get(name)) ?? rows[name]!]))
  }

  async write(tensors: Tensors): Promise<void> {
    const packed = Object.keys(tensors).filter((name) => this.#places.has(name))
    const rows = { ...(await this.#program.read([...new Set(packed.map((name) => this.#places.get(name)!.row))])) }
    for (const [name, row] of Object.entries(rows)) rows[name] = { ...row, data: row.data.slice() } as Tensor
    for (const name of packed) {
      const { row, shape, from } = this.#places.get(name)!
      const given = tensors[name]!
      check(
        given.dtype === 'float32' && sameShape(given.shape, shape),
        `state: '${name}', expected float32 [${shape}], got ${given.dtype} [${given.shape}]`,
      )
      ;(rows[row]!.data as Float32Array).set(given.data as Float32Array, from)
    }
    const others = Object.entries(tensors).filter(([name]) => !this.#places.has(name))
    await this.#program.write({ ...Object.fromEntries(others), ...rows })
  }

  async checkpoint(): Promise<Record<string, Tensor>> {
    const rows = await this.#program.checkpoint()
    const packed = new Set([...this.#places.values()].map(({ row }) => row))
    const own = Object.entries(rows).filter(([name]) => !packed.has(name))
    const parts = [...this.#places].flatMap(([name, place]) => {
      const part = partOf(rows, place)
      return part === undefined ? [] : [[name, part] as const]
    })
    return Object.fromEntries([...own, ...parts])
  }

  held(): { readonly tensors: number; readonly bytes: number } {
    return this.#program.held()
  }

  release(): Promise<void> {
    return this.#program.release()
  }
}

/** A tensor out of its row; undefined where the rows have it not. */
function partOf(rows: Tensors, place: Place | undefined): Tensor | undefined {
  const row = place === undefined ? undefined : rows[place.row]
  if (place === undefined || row === undefined) return undefined
  return float32(place.shape, (row.data as Float32Array).slice(place.from, place.to))
}
