import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { systemMessage } from '../base/index.ts'
import { tell } from './say.ts'

/** The reader has gone: a pipe's other end is closed, or the terminal is. */
const gone: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ENXIO', 'ERR_STREAM_DESTROYED'])

const standard = [0, 1, 2] as const

/**
 * Lets the command go on where nobody reads any more what it prints, as after `rosette … | head` or when its terminal is closed.
 * What it writes into files is whole then, and it ends with its own exit code. `failed` is called with any other error of standard
 * output, a full disk say.
 */
export function outliveReaders(failed: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!gone.has(error.code)) failed(error)
  })
  process.stderr.on('error', () => {}) // there is nowhere to tell it
  const terminals = standard.filter((fd) => isatty(fd))
  process.on('exit', () => {
    // Node restores the settings of its terminals at the very end, and aborts where one of them has gone
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd)
  })
}

/** Says why standard output could not be written. */
export function tellUnwritten(error: Error): void {
  tell(`rosette: standard output: ${systemMessage(error) ?? error.message}`)
}
