import { closeSync, fstatSync, readSync } from 'node:fs'
import { check } from './check.ts'
import { openRegular } from './regular-file.ts'
import { naming } from './system-error.ts'

/** Node reads at most 2 GiB at once. */
const pieceBytes = 1 << 30

/** A file read by ranges, of any size. It stays the same file when another one takes its name; `close` lets it go. */
export class RangedFile {
  readonly path: string
  readonly size: number
  readonly #file: number

  /** @throws InputError where there is no such file. */
  constructor(path: string) {
    this.path = path
    this.#file = openRegular(path)
    const { size } = fstatSync(this.#file)
    this.size = size
  }

  /** Bytes `begin` to `begin + length`, in memory of their own. @throws InputError where the file ends before. */
  read(begin: number, length: number): Uint8Array {
    const inside = Number.isSafeInteger(begin) && Number.isSafeInteger(length) && begin >= 0 && length >= 0
    check(
      inside && begin + length <= this.size,
      `${this.path}: expected ${length} bytes from byte ${begin}, got a file of ${this.size} (truncated?)`,
    )
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const count = naming(this.path, () =>
        readSync(this.#file, bytes, done, Math.min(length - done, pieceBytes), begin + done),
      )
      check(count > 0, `${this.path}: became shorter while it was read`)
      done += count
    }
    return bytes
  }

  close(): void {
    closeSync(this.#file)
  }
}
