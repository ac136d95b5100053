import type { DecidedPair } from '../../report/deciding-data.ts'
import type { Keeping, Made } from './made.ts'

/** One of same, different, cannot tell, new. */
export type DecisionWord = DecidedPair['decision']

/** Two photos by name; of new the other one is empty. */
export interface PairName {
  readonly photo: string
  readonly other: string
}

/** Decisions made before, and on them those that are made here, one after the other; the last of a pair holds. */
export class Decisions {
  readonly #before: readonly DecidedPair[]
  readonly #store: Keeping
  /** Photos are asked about others: a pair and its reverse are two things there, and one among photos that nobody has named. */
  readonly #ordered: boolean
  #made: readonly Made[]
  #now: ReadonlyMap<string, DecidedPair>
  readonly #listeners: (() => void)[] = []

  constructor(before: readonly DecidedPair[], store: Keeping, ordered: boolean) {
    this.#before = before
    this.#store = store
    this.#ordered = ordered
    this.#made = this.#notReadBack(store.read())
    this.#now = this.#folded(this.#made)
    store.onOther(() => this.#hold(this.#kept()))
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** What holds of a pair. */
  of(pair: PairName): DecisionWord | undefined {
    return this.#now.get(this.#keyOf(pair))?.decision
  }

  /** All that hold, in the order in which their pairs were first decided. */
  list(): readonly DecidedPair[] {
    return [...this.#now.values()]
  }

  /** How many were made on this page. */
  get made(): number {
    return this.#made.length
  }

  /** Null takes a decision back. */
  decide({ photo, other }: PairName, decision: DecisionWord | null): void {
    this.#change([...this.#kept(), { photo, other, decision }])
  }

  /** Takes back what was done last on this page, and says of which pair. */
  undo(): PairName | undefined {
    const made = this.#kept()
    const last = made.at(-1)
    if (last !== undefined) this.#change(made.slice(0, -1))
    return last
  }

  #change(made: readonly Made[]): void {
    this.#store.write(made)
    this.#hold(made)
  }

  #hold(made: readonly Made[]): void {
    this.#made = made
    this.#now = this.#folded(made)
    for (const listener of this.#listeners) listener()
  }

  /** The steps that hold, those that were made in another window of this page included; the own ones where nothing is kept, or somebody emptied it. */
  #kept(): readonly Made[] {
    const kept = this.#notReadBack(this.#store.read())
    return this.#store.works && kept.length > 0 ? kept : this.#made
  }

  /** Steps that were saved and came back as decisions made before are none to undo. */
  #notReadBack(made: readonly Made[]): readonly Made[] {
    const before = JSON.stringify([...this.#folded([])].sort())
    for (let steps = made.length; steps > 0; steps--)
      if (JSON.stringify([...this.#folded(made.slice(0, steps))].sort()) === before) return made.slice(steps)
    return made
  }

  #folded(made: readonly Made[]): ReadonlyMap<string, DecidedPair> {
    const now = new Map<string, DecidedPair>()
    for (const { photo, other, decision } of [...this.#before, ...made]) {
      const key = this.#keyOf({ photo, other })
      if (decision === null) now.delete(key)
      else now.set(key, { photo, other, decision })
    }
    return now
  }

  #keyOf({ photo, other }: PairName): string {
    return JSON.stringify(this.#ordered ? [photo, other] : [photo, other].sort())
  }
}
