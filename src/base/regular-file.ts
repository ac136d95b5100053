import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { check, InputError, messageOf } from './check.ts'
import { settlePath } from './staged-folder.ts'
import { isOfProcess, systemTrouble } from './system-error.ts'
import { checkThere } from './there.ts'

/** Most bytes of a file that is read whole into memory, by what it is. What is longer is no such file, or not one of this kind. */
export const fileLimits = {
  photo: 1_000_000_000,
  table: 500_000_000, // JavaScript's longest string has 2²⁹ letters
  json: 500_000_000,
  text: 500_000_000,
  /** Of protobuf: what is larger keeps its weights in files beside it. */
  onnx: 2 ** 31 - 1,
  array: 2 ** 31 - 1,
} as const

/** What a file is taken for: a key of `fileLimits`, which bounds the bytes that are read. */
export type FileKind = keyof typeof fileLimits

/** A pipe that is opened for reading would else wait for somebody who writes. Regular files do not know the flag. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Node reads at most 2 GiB at once. */
const pieceBytes = 1 << 30

/**
 * Opens a file for reading, and nothing else: no folder, pipe, socket or device, which would have no end or never a beginning.
 * The caller closes it. @throws InputError calling it `name`.
 */
export function openRegular(path: string, name = path): number {
  let file: number
  try {
    file = openSync(path, readAtOnce)
  } catch (error) {
    throw isNobodys(error) ? new InputError(`${name}: not a file`) : unreadable(error, name)
  }
  try {
    checkRegular(fstatSync(file), name)
    return file
  } catch (error) {
    closeSync(file)
    throw error
  }
}

/**
 * The bytes of a regular file of at most `fileLimits[kind]`. @throws InputError calling it `name`, where it is
 * missing, no regular file, too long or unreadable.
 */
export function readRegular(path: string, kind: FileKind, name = path): Buffer {
  settlePath(path)
  checkThere(path, 'file', { name })
  const file = openRegular(path, name)
  try {
    const bytes = Buffer.alloc(sizeWithin(fstatSync(file), kind, name))
    let done = 0
    while (done < bytes.length) {
      const count = readSync(file, bytes, done, Math.min(bytes.length - done, pieceBytes), done)
      if (count === 0) break
      done += count
    }
    return bytes.subarray(0, done)
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(error, name)
  } finally {
    closeSync(file)
  }
}

/** How long a regular file is. @throws InputError calling it `name` where there is none. */
export function regularSize(path: string, name = path): number {
  const file = openRegular(path, name)
  try {
    return fstatSync(file).size
  } finally {
    closeSync(file)
  }
}

/** A regular file of any length, piece by piece. @throws InputError calling it `name` where there is none, or it is unreadable. */
export async function* streamRegular(path: string, name = path): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(path, { fd: openRegular(path, name), highWaterMark: 1 << 20 })
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(error, name)
  }
}

/** `readRegular` without blocking this thread. */
export async function readRegularAsync(path: string, kind: FileKind, name = path): Promise<Buffer> {
  let file: FileHandle
  try {
    file = await open(path, readAtOnce)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new InputError(`${name}: no such file`)
    throw isNobodys(error) ? new InputError(`${name}: not a file`) : unreadable(error, name)
  }
  try {
    const found = await file.stat()
    checkRegular(found, name)
    sizeWithin(found, kind, name)
    return await file.readFile()
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(error, name)
  } finally {
    await file.close()
  }
}

function checkRegular(found: Stats, name: string): void {
  check(!found.isDirectory(), `${name}: a folder, not a file`)
  check(found.isFile(), `${name}: not a file`, 'a pipe or a device cannot be read: save what it gives in a file')
}

function sizeWithin({ size }: Stats, kind: FileKind, name: string): number {
  const limit = fileLimits[kind]
  check(size <= limit, `${name}: ${size} bytes are past the limit of ${limit}`)
  return size
}

/** Sockets, and devices that nobody drives. */
function isNobodys(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENXIO' || code === 'ENODEV'
}

/** The file's own error, as an InputError; one of the whole process stays what it is, as no other file could be read either. */
function unreadable(error: unknown, name: string): unknown {
  if (isOfProcess(error)) return error
  const trouble = systemTrouble(error, { isRead: true })
  if (trouble === undefined) return new InputError(`${name}: cannot be read (${messageOf(error)})`)
  return new InputError(`${name}: cannot be read: ${trouble.what}`, trouble.hint)
}
