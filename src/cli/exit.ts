/**
 * What the shell sees: 1 says that a check failed, 2 that the user can mend the input, 70 (BSD's EX_SOFTWARE) that rosette has a
 * bug, 130 (128 + SIGINT) that it was interrupted.
 */
export const exitCodes = { ok: 0, failedCheck: 1, input: 2, bug: 70, interrupted: 130 } as const

/** Thrown by a command whose check has failed after it printed its report: exit code 1, and `message` on stderr where there is one. */
export class FailedCheck extends Error {
  override readonly name = 'FailedCheck'
}

/** Thrown by a command that Ctrl-C ended, once it has tidied up: exit code 130, and `message` on stderr where there is one. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Ends the process as the signal does where nobody listens: `process.exit` breaks off threads inside ONNX Runtime, which aborts. */
export function endAtOnce(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
