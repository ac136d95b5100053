import { element, line, text } from './svg/element.ts'
import { type Picture, picture } from './svg/picture.ts'
import { fitText } from './svg/text-width.ts'
import { count } from './words.ts'

const rowHeight = 17
const rowsInColumn = 50

/** More would leave names and bars no room. */
const mostColumns = 4

/** How well each individual is found. */
export interface IdentitiesChannels {
  readonly names: readonly string[]
  /** Mean AP of each; null where it could not be scored. */
  readonly ap: readonly (number | null)[]
  /** How many photos each has. */
  readonly photos: readonly number[]
  /** The mean over individuals. */
  readonly mean: number
  readonly source: string
}

/** A bar for each individual: the mean AP of its photos as queries, best first, and how many photos it has. */
export function identitiesChart({ names, ap: aps, photos: photosOf, mean, source }: IdentitiesChannels): Picture {
  const scored = names
    .map((name, i) => ({ name, ap: aps[i]!, photos: photosOf[i]! }))
    .sort((a, b) => (b.ap ?? -1) - (a.ap ?? -1))
  const columns = Math.min(mostColumns, Math.ceil(scored.length / rowsInColumn))
  const rows = Math.ceil(scored.length / columns)
  const unscored = scored.filter(({ ap }) => ap === null).length
  const subtitle =
    `Mean average precision of each individual's photos as queries (bar, number) and how many photos of it there are (in brackets). ` +
    `Their mean, ${mean.toFixed(3)}, is the identity-balanced mAP (dashed).` +
    `${unscored === 0 ? '' : ` ${count(unscored, 'individual')} could not be scored.`}`
  const caption = { title: 'Which individuals are found?', subtitle, source }
  return picture('average-precision-by-individual', { height: 150 + rows * rowHeight }, caption, (area) => {
    const width = area.width / columns
    const nameWidth = columns === 1 ? 150 : Math.min(110, width * 0.36)
    const noteWidth = 84
    const full = width - nameWidth - noteWidth - 12
    const drawn = scored.map(({ name, ap, photos }, i) => {
      const x = area.x + Math.floor(i / rows) * width
      const y = area.y + 4 + (i % rows) * rowHeight
      const bar = full * (ap ?? 0)
      return [
        text(x + nameWidth - 6, y + 12, fitText(name, nameWidth - 8, 11), { size: 11, anchor: 'end' }),
        element('rect', {
          x: x + nameWidth,
          y: y + 2,
          width: full,
          height: rowHeight - 4,
          class: 'shade',
          'fill-opacity': 0.45,
        }),
        element('rect', { x: x + nameWidth, y: y + 2, width: bar, height: rowHeight - 4, class: 'p0' }),
        text(x + nameWidth + full + 5, y + 12, `${ap === null ? '–' : ap.toFixed(2)} (${photos})`, {
          size: 11,
          class: 'muted',
        }),
      ].join('')
    })
    const rules = Array.from({ length: columns }, (_, column) => {
      const x = area.x + column * width + nameWidth + full * mean
      const inColumn = Math.min(rows, scored.length - column * rows)
      return line(x, area.y, x, area.y + inColumn * rowHeight + 6, 'rule')
    })
    return [...drawn, ...rules].join('\n')
  })
}
