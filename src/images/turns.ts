/**
 * Work on photos that goes on at the same time, and work that must be alone. libvips has one buffer for what its decoders say, for the whole process: of
 * two photos that are decoded together, either may be told with the words of the other.
 */
export class Turns {
  #underWay = 0
  /** Done when nobody is alone any more. */
  #free: Promise<void> = Promise.resolve()
  #whenIdle: (() => void) | undefined

  /** Runs beside others, once nobody is alone. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    for (let free = this.#free; ; free = this.#free) {
      await free
      if (free === this.#free) break // another may have asked to be alone meanwhile
    }
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
      if (this.#underWay === 0) this.#whenIdle?.()
    }
  }

  /** Runs when all that is under way is done, before anything else begins. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#free
    let open = () => {}
    this.#free = new Promise((resolve) => {
      open = resolve
    })
    try {
      await before
      if (this.#underWay > 0)
        await new Promise<void>((resolve) => {
          this.#whenIdle = resolve
        })
      this.#whenIdle = undefined
      return await work()
    } finally {
      open()
    }
  }
}
