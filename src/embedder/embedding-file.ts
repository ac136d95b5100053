import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { invariant, makeFolder, naming, type StagedFile, temporaryName } from '../base/index.ts'
import { bytesOf, npyHeader } from '../tensor/index.ts'

/**
 * A .npy file of float32 [rows, size] that grows row by row under a temporary name and gets its own when it is complete: it
 * appears whole or not at all.
 */
export class EmbeddingFile implements StagedFile {
  readonly #path: string
  readonly #temporary: string
  readonly #size: number
  readonly #headerLength: number
  #file: number | undefined
  #rows = 0

  constructor(path: string, size: number) {
    this.#path = resolve(path)
    this.#size = size
    this.#temporary = temporaryName(this.#path)
    this.#file = naming(this.#path, () => {
      makeFolder(dirname(this.#path))
      return openSync(this.#temporary, 'wx')
    })
    const header = npyHeader([0, size])
    this.#headerLength = header.length
    this.#write(header)
  }

  append(data: Float32Array): void {
    this.#write(bytesOf(data))
    this.#rows += data.length / this.#size
  }

  /** Writes how many rows there are: all that is missing now is the name. */
  complete(): void {
    const file = this.#open()
    const header = npyHeader([this.#rows, this.#size])
    invariant(header.length === this.#headerLength, `.npy headers of ${this.#headerLength} and ${header.length} bytes`)
    naming(this.#path, () => {
      writeSync(file, header, 0, header.length, 0)
      fsyncSync(file)
      closeSync(file)
    })
    this.#file = undefined
  }

  /** Gives the file, which is complete, its name. */
  commit(): void {
    invariant(this.#file === undefined, 'an embedding file is complete before it gets its name')
    naming(this.#path, () => renameSync(this.#temporary, this.#path))
  }

  /** Leaves nothing behind, unless it has its name. */
  discard(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    rmSync(this.#temporary, { force: true })
  }

  #open(): number {
    invariant(this.#file !== undefined, 'an embedding file is completed once')
    return this.#file
  }

  #write(bytes: Uint8Array): void {
    const file = this.#open()
    naming(this.#path, () => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    })
  }
}
