import { counted, optionText } from '../base/index.ts'
import { shortList } from './manifest.ts'
import { lookOf, visible } from './similar-labels.ts'

/** What stands between the names of several individuals: marks, and "and" in the languages of this field. */
const between = /\s*[,;|/&+]\s*|\s+(?:and|y|e|et|und|en|och|og|ja|i|ve|dan|и|with|con|com|avec|mit)\s+/iu

/**
 * A warning about labels that join other individuals of these photos (`Ana & Ben`, where there are `Ana` and `Ben`): a photo of both is taken
 * for a photo of a third animal. Given is the label of each photo.
 */
export function jointLabelWarnings(labels: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const known = new Set([...counts.keys()].map(lookOf))
  const joint = [...counts].filter(([label]) => {
    const names = new Set(label.split(between).map(lookOf))
    return names.size > 1 && [...names].every((name) => known.has(name))
  })
  if (joint.length === 0) return []
  const names = shortList(joint.map(([label, photos]) => `${visible(label)} (${counted(photos, 'photo')})`))
  const typed = joint.map(([label]) => label).filter((label) => !label.includes(','))
  const out = typed.length === 0 ? '' : `, or ${optionText({ unidentified: typed })} leaves them out`
  return [
    `counted as individuals of their own, though their labels join the names of others: ${names}; a row with a box for each animal tells them apart${out}`,
  ]
}
