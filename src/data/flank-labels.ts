import { sideWords } from './flank-words.ts'
import { byCodeUnit, shortList } from './manifest.ts'
import { visible } from './similar-labels.ts'

const endings = Object.entries(sideWords).map(
  ([side, words]) => [side, new RegExp(`^(.+?)[\\s_.()/-]+(?:${words.join('|')})\\)?$`, 'iu')] as const,
)

/**
 * A warning where labels of individuals differ in the flank alone, as `Ana_left` and `Ana-R`: they are one animal, or two names that somebody gave to
 * its sides.
 */
export function flankLabelWarnings(labels: Iterable<string>): string[] {
  const found = new Map<string, Map<string, string>>()
  for (const label of [...new Set(labels)].sort(byCodeUnit)) {
    const [side, ending] = endings.find(([, words]) => words.test(label)) ?? []
    const stem = ending?.exec(label)?.[1]?.toLowerCase()
    if (side !== undefined && stem !== undefined) found.set(stem, (found.get(stem) ?? new Map()).set(side, label))
  }
  const pairs = [...found.values()].filter(({ size }) => size === 2)
  if (pairs.length === 0) return []
  const told = pairs.map((pair) => [...pair.values()].map(visible).join(' and '))
  return [
    `individuals whose labels differ in the flank alone, counted apart: ${shortList(told, 4)}; where these are one animal, ` +
      'give the flank in a column flank, or in folders below the animal (Ana/left)',
  ]
}
