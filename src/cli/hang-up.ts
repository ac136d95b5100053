import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

let known: boolean | undefined

/**
 * True where the command was started so that it goes on when its terminal closes, as `nohup rosette …` does. Node sets an ignored signal
 * back to its default before any code of ours runs (also in /proc/self/status, as strace shows), so that it is read from the traces of
 * what said so: the shell's name of what it started, the parent's own signals, and the standard input that nohup leaves. A shell that
 * ignores it and then replaces itself by `exec` leaves none.
 */
export function ignoresHangUp(): boolean {
  known ??= basename(process.env._ ?? '') === 'nohup' || parentIgnores() || hasInputOfNohup()
  return known
}

/** SIGHUP is number 1, the lowest bit; a shell after `trap '' HUP` hands it on. */
function parentIgnores(): boolean {
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(read(`/proc/${process.ppid}/status`))?.[1]
  return ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n
}

/** GNU nohup opens /dev/null for writing as the standard input of what it starts from a terminal. */
function hasInputOfNohup(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(read('/proc/self/fdinfo/0'))?.[1]
  const writesOnly = flags !== undefined && (Number.parseInt(flags, 8) & 3) === 1
  return writesOnly && readlinkSync('/proc/self/fd/0') === '/dev/null'
}

/** Empty where there is no such file: systems other than Linux have no /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
