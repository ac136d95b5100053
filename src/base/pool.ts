/** Things that are used by one at a time. Whoever comes when none is free waits, and gets the first that is, in the order of coming. */
export class Pool<T> {
  readonly #free: T[]
  readonly #waiting: ((thing: T) => void)[] = []

  constructor(things: Iterable<T>) {
    this.#free = [...things]
  }

  /** What `work` makes with one of the things, which is free again when it has ended or failed. */
  async use<Made>(work: (thing: T) => Promise<Made>): Promise<Made> {
    const thing = this.#free.pop() ?? (await new Promise<T>((resolve) => this.#waiting.push(resolve)))
    try {
      return await work(thing)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(thing)
      else next(thing)
    }
  }
}
