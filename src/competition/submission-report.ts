import { counted } from '../base/index.ts'
import type { SubmissionReport } from './submission-check.ts'

const manyTies = 0.2

/** The report for people: verdict, problems, range and ties, and what is unusual without being wrong. */
export function formatSubmissionReport(report: SubmissionReport): string {
  const { ok, submission, test, rows, problemCount } = report
  const problems = counted(problemCount, 'problem')
  return [
    `${submission}: ${ok ? `ok, ${counted(rows, 'row')} in the order of ${test}` : problems}`,
    ...problemLines(report),
    ...report.hints.map((hint) => `hint: ${hint}`),
    ...numberLines(report),
    ...remarks(report).map((remark) => `note: ${remark}`),
  ].join('\n')
}

function problemLines({ problems, problemCount, problemCounts }: SubmissionReport): string[] {
  const lines = problems.map((problem) => `  ${problem}`)
  if (problems.length === problemCount) return lines
  const kinds = Object.entries(problemCounts).map(([kind, count]) => `${kind} ${count}`)
  return [...lines, `  … and ${problemCount - problems.length} more; in all: ${kinds.join(', ')}`]
}

function numberLines({ rows, expectedRows, min, max, tieRate, exactlyZero, exactlyOne }: SubmissionReport): string[] {
  if (min === null || max === null) return [`rows ${rows} of ${expectedRows}, no similarity that is a number`]
  return [
    `rows ${rows} of ${expectedRows}, similarity from ${min} to ${max}`,
    `tie rate ${percent(tieRate)} (rows that share their similarity with another row of the same query)`,
    `exactly 0: ${exactlyZero}, exactly 1: ${exactlyOne}`,
  ]
}

function remarks({ min, max, tieRate, exactlyZero, rows }: SubmissionReport): string[] {
  if (min !== null && min === max) return [`every similarity is ${min}: this ranks nothing`]
  if (tieRate <= manyTies) return []
  const cause =
    exactlyZero > (tieRate * rows) / 2
      ? '; most are 0, as clipping leaves negative cosines: `scores: "shift"` keeps their order'
      : ''
  return [`the order inside a tie is the scorer's${cause}`]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
