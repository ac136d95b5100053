import { counted, optionText } from '../base/index.ts'
import { saysFlank } from './flank-words.ts'
import { type Manifest, shortList } from './manifest.ts'
import { visible } from './similar-labels.ts'

/** One warning of all words in the place of a flank that say none, how many photos have each, and what is known. */
export function flankDoubts({ photos, reading }: Pick<Manifest, 'photos' | 'reading'>): string[] {
  const unknown = new Map<string, number>()
  let stated = 0
  for (const { flank } of photos) {
    if (flank === undefined) continue
    stated++
    if (!saysFlank(flank)) unknown.set(flank, (unknown.get(flank) ?? 0) + 1)
  }
  if (unknown.size === 0) return []
  const words = [...unknown]
    .sort(([, a], [, b]) => b - a)
    .map(([word, n]) => `${visible(word)} (${counted(n, 'photo')})`)
  const column = reading?.columns.flank
  const where = column === undefined ? 'flanks' : `column '${column}'`
  const doubted = [...unknown.values()].reduce((sum, n) => sum + n, 0)
  const unless =
    column === undefined || doubted < stated
      ? ''
      : `; if the column is no flank, ${optionText({ columns: { flank: '-' } })} leaves it`
  return [
    `${where}: expected left, right, front, back, top or bottom, got ${shortList(words)}: these photos count as of an unknown flank${unless}`,
  ]
}
