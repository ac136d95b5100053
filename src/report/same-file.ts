import type { ReportData } from './data.ts'

/** Whether two photos are one file under two names. */
export function isSameFile({ identical }: Pick<ReportData, 'identical'>, a: number, b: number): boolean {
  return identical.some((group) => group.includes(a) && group.includes(b))
}
