/** What can be wrong with a submission. */
export type SubmissionProblemKind =
  | 'row count'
  | 'header'
  | 'stray line'
  | 'columns'
  | 'unknown row_id'
  | 'duplicate row_id'
  | 'order'
  | 'not a number'
  | 'out of range'
  | 'missing row_id'

interface Problem {
  readonly line: number
  readonly message: string
}

const shown = 20

/** Collects problems: all are counted, the first twenty of each kind are kept. */
export class SubmissionProblems {
  readonly #kept = new Map<SubmissionProblemKind, Problem[]>()
  readonly #counts = new Map<SubmissionProblemKind, number>()

  /** `line` counts from 1; 0 where the problem is the whole file's, Infinity where it is of what the file lacks. */
  add(kind: SubmissionProblemKind, line: number, message: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (count === 1) this.#kept.set(kind, [])
    if (count > shown) return
    this.#kept.get(kind)!.push({ line, message: line > 0 && line < Infinity ? `line ${line}: ${message}` : message })
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  get counts(): Partial<Record<SubmissionProblemKind, number>> {
    return Object.fromEntries(this.#counts)
  }

  /** At most twenty messages, by line. Kinds take turns, so that many of one do not hide the only one of another. */
  messages(): string[] {
    const chosen: Problem[] = []
    for (let turn = 0; turn < shown; turn++) {
      for (const problems of this.#kept.values()) {
        const problem = problems[turn]
        if (problem !== undefined && chosen.length < shown) chosen.push(problem)
      }
    }
    return chosen.sort((a, b) => (a.line === b.line ? 0 : a.line - b.line)).map(({ message }) => message)
  }
}
