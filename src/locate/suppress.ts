import type { Candidate } from './boxes.ts'

type Corners = Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>

/** |a ∩ b| / |a ∪ b|. */
export function overlapOf(a: Corners, b: Corners): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (areaOf(a) + areaOf(b) - both)
}

function areaOf({ x1, y1, x2, y2 }: Corners): number {
  return (x2 - x1) * (y2 - y1)
}

/**
 * Non-maximum suppression, class by class: the surest box stays, and those of its class that overlap it by more than `overlap`
 * (intersection over union) go; then the surest of the others. The surest first; equally sure ones in the order given.
 */
export function suppress(candidates: readonly Candidate[], overlap: number): Candidate[] {
  const kept: Candidate[] = []
  const inOrder = candidates.toSorted((a, b) => b.confidence - a.confidence)
  for (const candidate of inOrder) {
    const covered = kept.some((other) => other.category === candidate.category && overlapOf(other, candidate) > overlap)
    if (!covered) kept.push(candidate)
  }
  return kept
}
