/** A mistake in what the caller gave: printed without a stack, exit code 2. Everything else that throws is a bug. */
export class InputError extends Error {
  override readonly name = 'InputError'
  /** The message without its hint. */
  readonly what: string
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(hint === undefined ? message : `${message}\nhint: ${hint}`)
    this.what = message
    this.hint = hint
  }
}

/** A mistake that no single photo is to blame for, as a network whose outputs are not what its description says: it stops a scan that would skip photos. */
export class GeneralError extends InputError {}

/** What `work` gives; a mistake in it is of all photos, whichever it was working at. @throws GeneralError in place of an InputError. */
export async function ofAllPhotos<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof InputError ? new GeneralError(error.what, error.hint) : error
  }
}

/** Throws an InputError `message` (and `hint`) unless `condition` holds. */
export function check(condition: unknown, message: string, hint?: string): asserts condition {
  if (!condition) throw new InputError(message, hint)
}

/** Throws an error marked `internal:` unless `condition` holds: a bug of rosette, never of its user. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`)
}

/** For the default branch of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`internal: unexpected ${JSON.stringify(value)}`)
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The candidate with the smallest edit distance to `word`, undefined when more than half of it would have to change. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 2))
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance <= bestDistance && (best === undefined || distance < bestDistance)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
