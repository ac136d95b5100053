/** What the shell sees: 1 says that a check failed, 2 that the user can mend the input, 70 (BSD's EX_SOFTWARE) that rosette has a bug. */
export const exitCodes = { ok: 0, failedCheck: 1, input: 2, bug: 70 } as const

/** Thrown by a command whose check has failed after it printed its report: exit code 1, and `message` on stderr where there is one. */
export class FailedCheck extends Error {
  override readonly name = 'FailedCheck'
}
