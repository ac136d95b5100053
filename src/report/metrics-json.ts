import { sealedJson } from '../base/index.ts'
import type { QueryRecord } from '../retrieval/index.ts'
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
    background: data.background,
    leakage: data.trainedOn?.leakage ?? null,
    perIdentity,
    perQuery: perQuery(data),
  })
}

/** Each scored photo by name, for paired tests of two models, as `evaluate` writes it; null in a shared report, which names none. */
function perQuery({ photos, identities, shared }: ReportData): QueryRecord[] | null {
  if (shared) return null
  return photos.flatMap(({ file, key, identity, encounter, ap, apAtR, inp, rank, positives, gallery }) =>
    ap === null || apAtR === null || inp === null || rank === null || positives === null || gallery === null
      ? []
      : [{ query: key ?? file, identity: identities[identity]!, encounter, ap, apAtR, inp, rank, positives, gallery }],
  )
}
