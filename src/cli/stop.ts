import { endAtOnce } from './exit.ts'
import { ignoresHangUp } from './hang-up.ts'

/** What asks a command to stop. SIGHUP says that its terminal was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls `stop` at the first signal that asks for an end; Ctrl-C after Ctrl-C ends the process at once. Returns what stops listening.
 * A terminal that closes sends SIGHUP several times, which is one request, and another signal with it is the first of its kind.
 */
export function onStop(stop: (signal: NodeJS.Signals) => void): () => void {
  let told = false
  let asked = false
  const listen = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGHUP') {
      if (asked) endAtOnce(signal)
      asked = true
    }
    if (told) return
    told = true
    stop(signal)
  }
  const heard = signals.filter((signal) => signal !== 'SIGHUP' || !ignoresHangUp())
  for (const signal of heard) process.on(signal, listen)
  return () => {
    for (const signal of heard) process.off(signal, listen)
  }
}
