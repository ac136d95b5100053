import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { check } from './check.ts'

/**
 * Writes a whole file or nothing: a temporary file in the same folder, fsync, rename. A crash or kill at any moment
 * leaves the old file, or none, never a half. Missing folders are made.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  const folder = dirname(resolve(path))
  mkdirSync(folder, { recursive: true })
  const temporary = `${resolve(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = openSync(temporary, 'wx')
    try {
      const parts =
        typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
      for (const part of parts) writeFully(file, part)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}

/** Refuses an output that exists, unless it may be overwritten. @throws InputError naming the path. */
export function checkAbsent(path: string, overwrite: boolean, option = '--out'): void {
  check(overwrite || !existsSync(path), `${option}: ${path} exists already`, 'choose another name, or add --overwrite')
}

/** `name` resolved inside `folder`. @throws InputError where it would lead outside. */
export function resolveInside(folder: string, name: string, where: string): string {
  const root = resolve(folder)
  const path = resolve(root, name)
  check(
    path === root || path.startsWith(root.endsWith(sep) ? root : root + sep),
    `${where}: '${name}' leads outside of ${folder}`,
  )
  return path
}
