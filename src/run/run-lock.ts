import { join } from 'node:path'
import { type Lock, takeLock } from '../base/index.ts'
import { runNames } from './names.ts'

/** A run folder as one process's to write. */
export class RunLock {
  readonly #run: string
  #lock: Lock | undefined

  constructor(run: string) {
    this.#run = run
  }

  /** Makes the folder where it is missing. @throws InputError naming the process that has it. */
  async take(signal?: AbortSignal): Promise<void> {
    this.#lock ??= await takeLock(join(this.#run, runNames.lock), `${this.#run}: the run`, { signal })
  }

  release(): void {
    this.#lock?.release()
    this.#lock = undefined
  }
}
