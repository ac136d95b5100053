/** What a slot of the queue holds. */
const slotStates = { free: 0, ready: 1, taken: 2, done: 3 } as const

/** First the number of changes, −1 at the end; then a state for each slot. */
export type QueueControl = Int32Array<SharedArrayBuffer>

export function queueControl(slots: number): QueueControl {
  return new Int32Array(new SharedArrayBuffer(4 * (slots + 1)))
}

/**
 * Work for threads that share a memory, one block a slot. Whoever is free takes what is ready, the thread that asks too: were no other
 * thread to start, it would do everything.
 */
export class BlockQueue {
  readonly #control: QueueControl
  readonly #work: (slot: number) => void

  constructor(control: QueueControl, work: (slot: number) => void) {
    this.#control = control
    this.#work = work
  }

  /** A slot's block may be taken. */
  offer(slot: number): void {
    Atomics.store(this.#control, slot + 1, slotStates.ready)
    this.#changed()
  }

  /** Returns once the slot's block is done, and works on others while it is not. */
  finish(slot: number): void {
    for (;;) {
      const state = Atomics.load(this.#control, slot + 1)
      if (state === slotStates.done) return
      if (this.#take(slot) || this.#takeAny()) continue
      Atomics.wait(this.#control, slot + 1, state)
    }
  }

  /** Works until the end. */
  serve(): void {
    for (;;) {
      const changes = Atomics.load(this.#control, 0)
      if (changes < 0) return
      if (!this.#takeAny()) Atomics.wait(this.#control, 0, changes)
    }
  }

  /** Others stop when they have done what they took. */
  end(): void {
    Atomics.store(this.#control, 0, -1)
    Atomics.notify(this.#control, 0)
  }

  #takeAny(): boolean {
    for (let slot = 0; slot + 1 < this.#control.length; slot++) if (this.#take(slot)) return true
    return false
  }

  #take(slot: number): boolean {
    const { ready, taken, done } = slotStates
    if (Atomics.compareExchange(this.#control, slot + 1, ready, taken) !== ready) return false
    this.#work(slot)
    Atomics.store(this.#control, slot + 1, done)
    Atomics.notify(this.#control, slot + 1)
    return true
  }

  #changed(): void {
    Atomics.add(this.#control, 0, 1)
    Atomics.notify(this.#control, 0)
  }
}
