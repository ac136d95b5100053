/**
 * Share of scores that stand in their group a second time: |{i : ∃ j ≠ i, group_j = group_i, score_j = score_i}| / n, in
 * [0, 1]; 0 for no scores. `groups` holds the group of each score (for a submission, its query), any non-negative
 * integers in any order. The order inside a tie is the scorer's, so a high rate makes a ranking arbitrary. 0 and −0 tie.
 */
export function tieRate(scores: ArrayLike<number>, groups: ArrayLike<number>): number {
  if (scores.length === 0) return 0
  const byGroup = new Map<number, Map<number, number>>()
  for (let i = 0; i < scores.length; i++) {
    let counts = byGroup.get(groups[i]!)
    if (counts === undefined) byGroup.set(groups[i]!, (counts = new Map()))
    counts.set(scores[i]!, (counts.get(scores[i]!) ?? 0) + 1)
  }
  let tied = 0
  for (const counts of byGroup.values()) for (const count of counts.values()) if (count > 1) tied += count
  return tied / scores.length
}
