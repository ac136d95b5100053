import type { ReportData } from './data.ts'

/** `metrics.json` of a report: the numbers of `evaluatePhotos`, and on what they were measured. */
export function metricsJson(data: ReportData): string {
  const { title, model, flipAveraging, data: source, split, reason, hashes, metrics, scoring, identities, pairs } = data
  const perIdentity = data.perIdentity.map((score, i) => ({ identity: identities[i], ...score }))
  const { equalError } = pairs
  const content = {
    title,
    model,
    flipAveraging,
    data: source,
    split,
    reason,
    hashes,
    ...metrics,
    ...scoring,
    equalError,
    perIdentity,
  }
  return `${JSON.stringify(content, undefined, 2)}\n`
}
