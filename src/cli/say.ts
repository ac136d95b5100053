import { visible } from '../base/index.ts'
import { inFlags } from './flag-words.ts'

/**
 * What a command has made, on standard output. Here and in `tell` names of files and individuals reach the terminal: control characters
 * in them are shown as numbers. In JSON these are the escapes that mean the same.
 */
export function say(text: string): void {
  console.log(visible(text))
}

/** What a command, or the library in it, has to tell while it works, on standard error: in the command line's words. */
export function tell(text: string): void {
  process.stderr.write(`${visible(inFlags(text))}\n`)
}

export function warn(text: string): void {
  tell(`warning: ${text}`)
}
