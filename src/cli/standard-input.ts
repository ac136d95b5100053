import { readSync } from 'node:fs'
import { check } from '../base/index.ts'

/** Names of some hundred thousand files. */
const mostBytes = 64 * 2 ** 20

/** All that standard input holds, as text. @throws InputError where it does not end: a list of file names is short. */
export function standardInput(most: number = mostBytes): string {
  const parts: Buffer[] = []
  for (let bytes = 0; ; ) {
    const part = Buffer.alloc(2 ** 16)
    const read = readSync(0, part)
    if (read === 0) return Buffer.concat(parts).toString('utf8')
    bytes += read
    check(
      bytes <= most,
      `-: more than ${most / 2 ** 20} MB on standard input, expected the names of photos, one a line`,
    )
    parts.push(part.subarray(0, read))
  }
}
