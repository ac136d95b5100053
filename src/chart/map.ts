import { distinctMarks } from './mark-shapes.ts'
import { mark } from './marks.ts'
import { medoid, withoutOverlap } from './names.ts'
import { element, text } from './svg/element.ts'
import { type Area, type Picture, picture } from './svg/picture.ts'
import { fitText, textWidth } from './svg/text-width.ts'
import { paletteName } from './svg/theme.ts'
import { count } from './words.ts'

const legendRow = 16

/** Photos in the plane, one entry of each array for each photo. */
export interface MapChannels {
  /** The picture's name is `map-` and this. */
  readonly name: string
  /** Of the projection. */
  readonly title: string
  /** What can be said of its quality. */
  readonly note: string
  readonly axes: readonly [string, string]
  /** A photo each. */
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** A photo's individual, by its position in `names`. */
  readonly identity: readonly number[]
  readonly names: readonly string[]
  readonly source: string
}

/**
 * Photos in the plane, an individual's mark its colour and shape. Names stand above an individual's middle photo where they
 * do not overlap, those of many photos first; the legend has them all.
 */
export function mapChart(channels: MapChannels): Picture {
  const { names, identity } = channels
  const columns = names.length <= 36 ? 1 : names.length <= 108 ? 2 : 4
  const rows = Math.ceil(names.length / columns)
  const legendWidth = columns === 1 ? 170 : columns * 130
  const side = 700
  const repeats =
    names.length > distinctMarks ? ' Marks repeat, and not every name has room on the map: the page tells all.' : ''
  const subtitle = `${count(identity.length, 'photo')}, coloured and shaped by individual. ${channels.note}${repeats} ${paletteName}.`
  const caption = { title: `Map of the embeddings: ${channels.title}`, subtitle, source: channels.source }
  const size = { width: side + legendWidth + 80, height: Math.max(side, rows * legendRow) + 170 }
  return picture(`map-${channels.name}`, size, caption, (outer) => {
    const area = { x: outer.x + 18, y: outer.y + 8, width: side, height: side }
    const at = fitInto(channels, area)
    const points = identity.map((own, i) => mark(own, ...at(channels.x[i]!, channels.y[i]!), 0.85))
    return [
      element('rect', { ...area, class: 'axis' }),
      text(area.x + side / 2, area.y + side + 18, channels.axes[0], { anchor: 'middle', class: 'muted' }),
      text(area.x - 7, area.y + side / 2, channels.axes[1], { anchor: 'middle', class: 'muted', rotate: -90 }),
      element('g', {}, ...points),
      ...labels(channels, area, at),
      ...names.map((name, i) => {
        const x = area.x + side + 28 + Math.floor(i / rows) * (legendWidth / columns)
        const y = area.y + 10 + (i % rows) * legendRow
        return mark(i, x, y) + text(x + 11, y + 4, fitText(name, legendWidth / columns - 20, 11), { size: 11 })
      }),
    ].join('\n')
  })
}

/** One scale for both axes, so that distances are what they look like. */
function fitInto({ x, y }: MapChannels, area: Area): (x: number, y: number) => [number, number] {
  const pad = 26
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return { middle: (low + high) / 2, span: high - low }
  }
  const [h, v] = [range(x), range(y)]
  const scale = (area.width - 2 * pad) / (Math.max(h.span, v.span) || 1)
  const [cx, cy] = [area.x + area.width / 2, area.y + area.height / 2]
  return (px, py) => [cx + (px - h.middle) * scale, cy - (py - v.middle) * scale]
}

function labels(
  { names, identity, x, y }: MapChannels,
  area: Area,
  at: (x: number, y: number) => [number, number],
): string[] {
  const groups = names.map((name, i) => {
    const own = identity.flatMap((of, p) => (of === i ? [p] : []))
    return { name, photos: own.length, middle: medoid(own, x, y) }
  })
  const order = groups.filter(({ photos }) => photos > 0).sort((a, b) => b.photos - a.photos)
  const boxes = order.map((group) => {
    const [cx, cy] = at(x[group.middle]!, y[group.middle]!)
    const content = fitText(group.name, 110, 11)
    const width = textWidth(content, 11) * 1.08
    const left = Math.min(area.x + area.width - width - 3, Math.max(area.x + 3, cx - width / 2))
    return { x: left, y: cy - 21, width, height: 15, content }
  })
  return withoutOverlap(boxes).map((box) => text(box.x, box.y + 12, box.content, { size: 11, bold: true, rim: true }))
}
