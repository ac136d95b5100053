import { sealedJson } from '../base/index.ts'
import type { ReportData } from './data.ts'

/** `metrics.json` of a report, sealed by its own hash: the numbers of `evaluatePhotos`, and on what they were measured. */
export function metricsJson(data: ReportData): string {
  const { title, model, flipAveraging, data: source, split, reason, hashes, metrics, scoring, identities, pairs } = data
  const perIdentity = data.perIdentity.map((score, i) => ({ identity: identities[i], ...score }))
  const { equalError } = pairs
  return sealedJson({
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
    leakage: data.trainedOn?.leakage ?? null,
    perIdentity,
    perQuery: perQuery(data),
  })
}

/** Each scored photo by name, for paired tests of two models; null in a shared report, which names none. */
function perQuery({ photos, identities, shared }: ReportData) {
  if (shared) return null
  return photos.flatMap(({ file, key, identity, encounter, ap, rank }) =>
    ap === null || rank === null ? [] : [{ query: key ?? file, identity: identities[identity]!, encounter, ap, rank }],
  )
}
