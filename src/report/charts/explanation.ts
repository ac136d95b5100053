import type { ExplainedSide, Explanation, ReportData } from '../data.ts'
import { decimal, element, text } from '../svg/element.ts'
import { type Area, type Picture, picture, pictureDefaults } from '../svg/picture.ts'
import { fitText, wrapText } from '../svg/text-width.ts'
import { sourceOf } from './source.ts'

/** Both photos as the network sees them, as data: addresses. */
export type Views = readonly [string, string]

/** Between the two photos, px. */
const gap = 60

const how =
  'Orange: cells of what the network sees that add to the similarity, the more the stronger; blue: cells that speak against it. ' +
  'Numbered curves join the pairs of cells between which most of it passes, 1 the strongest.'

/** One match: heat over both photos, lines between them, and what covering the hottest cells does. */
export function explanationChart(data: ReportData, explanation: Explanation, views: Views): Picture {
  const same = isRight(data, explanation)
  const title = same ? 'Why this match: the same individual' : 'Why this match: two individuals'
  const caption = { title, subtitle: how, source: sourceOf(data) }
  return picture('match', { width: 860, height: 617 }, caption, (area) => drawMatch(data, explanation, views, area))
}

/** Up to four matches of a kind; undefined where there is none. */
export function explanationsChart(data: ReportData, same: boolean, views: readonly Views[]): Picture | undefined {
  const shown = data.explanations
    .flatMap((explanation, i) => (isRight(data, explanation) === same ? [i] : []))
    .slice(0, 4)
  if (shown.length === 0) return undefined
  const title = same ? 'Why these matches: right ones' : 'Why these matches: wrong ones'
  const rows = Math.ceil(shown.length / 2)
  const across = 1240
  const width = (across - 2 * pictureDefaults.margin) / 2 - 14
  const tallest = Math.max(
    ...shown.flatMap((i) => data.explanations[i]!.sides.map((side) => side.heightPx / side.widthPx)),
  )
  const rowHeight = Math.min(460, ((width - gap) / 2) * tallest + 141)
  const name = same ? 'why-correct' : 'why-wrong'
  const caption = { title, subtitle: how, source: sourceOf(data) }
  return picture(name, { width: across, height: 140 + rows * rowHeight }, caption, (area) =>
    shown
      .map((i, k) => {
        const [x, y] = [area.x + (k % 2) * (width + 28), area.y + Math.floor(k / 2) * rowHeight]
        return drawMatch(data, data.explanations[i]!, views[i]!, { x, y, width, height: rowHeight - 8 })
      })
      .join('\n'),
  )
}

function isRight({ photos }: ReportData, { query, match }: Explanation): boolean {
  return photos[query]!.identity === photos[match]!.identity
}

function drawMatch(data: ReportData, explanation: Explanation, views: Views, area: Area): string {
  const { sides, lines } = explanation
  const places = placeSides(sides, area)
  const most = Math.max(1e-9, ...sides.flatMap(({ heat }) => heat.map(Math.abs)))
  const strongest = Math.max(1e-9, ...lines.map(({ contribution }) => contribution))
  const drawn = sides.map((side, i) => {
    const photo = data.photos[i === 0 ? explanation.query : explanation.match]!
    const { x, y, width, height } = places[i]!
    return [
      element('image', { x, y, width, height, href: views[i]!, preserveAspectRatio: 'none' }),
      ...heatCells(side, places[i]!, most),
      text(x, y + height + 18, fitText(data.identities[photo.identity]!, width, 13), { size: 13, bold: true }),
      text(x, y + height + 33, fitText(photo.file, width, 10), { size: 10, class: 'muted' }),
    ].join('')
  })
  const joins = lines.map(({ query, match, contribution }, k) => {
    const [from, to] = [middleOf(sides[0], query, places[0]), middleOf(sides[1], match, places[1])]
    return join(from, to, k + 1, (k - (lines.length - 1) / 2) * bend, Math.max(0, contribution) / strongest)
  })
  const below = places[0].y + Math.max(places[0].height, places[1].height) + 54
  const words = wordsOf(explanation).flatMap((sentence) => wrapText(sentence, area.width, 12))
  return [...drawn, ...joins, ...words.map((line, i) => text(area.x, below + 17 * i, line))].join('\n')
}

/** What the numbers say, the verdict last. */
function wordsOf({ similarity, explained, method, deletion }: Explanation): string[] {
  const by =
    method === 'cells'
      ? `${threePlaces(explained)} of it told by the feature map, without mirror images`
      : 'told by covering cells'
  const { cells, lost, lostAtRandom, deviation } = deletion
  return [
    `cosine similarity ${similarity.toFixed(4)}; ${by}`,
    `without the query's ${cells} hottest cells it falls by ${threePlaces(lost)}, ` +
      `without as many at random by ${threePlaces(lostAtRandom)} ± ${threePlaces(deviation)}`,
    ...(lost <= lostAtRandom + deviation ? ['No more than chance: do not read this heat.'] : []),
  ]
}

/** Without −0.000. */
function threePlaces(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace('-', '−')
}

/** Curves of neighbouring ranks pass each other by this, px. */
const bend = 26

/** A curve between two cells, numbered at both ends; wider, the more passes between them. */
function join(from: Point, to: Point, number: number, bow: number, share: number): string {
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 + bow] as const
  const d = `M${decimal(from[0])} ${decimal(from[1])}Q${decimal(middle[0])} ${decimal(middle[1])} ${decimal(to[0])} ${decimal(to[1])}`
  const width = 1 + 2.5 * share
  const ends = [from, to].map(
    ([cx, cy]) =>
      element('circle', { cx, cy, r: 8, class: 'join-end' }) +
      text(cx, cy + 4, String(number), { size: 11, anchor: 'middle', bold: true, class: 'join-number' }),
  )
  return (
    element('path', { d, class: 'join-rim', 'stroke-width': width + 2 }) +
    element('path', { d, class: 'join', 'stroke-width': width }) +
    ends.join('')
  )
}

type Point = readonly [x: number, y: number]

/** Both views side by side, as large as the area allows, with room for words below. */
function placeSides(sides: Explanation['sides'], area: Area): readonly [Area, Area] {
  const free = { width: (area.width - gap) / 2, height: area.height - 123 }
  const fit = ({ widthPx, heightPx }: ExplainedSide, x: number): Area => {
    const scale = Math.min(free.width / widthPx, free.height / heightPx)
    return { x, y: area.y + 4, width: widthPx * scale, height: heightPx * scale }
  }
  const query = fit(sides[0], area.x)
  return [query, fit(sides[1], query.x + query.width + gap)]
}

/** Opacity of the strongest cell: the photo is seen through it. */
const opaquest = 0.45

function heatCells(side: ExplainedSide, area: Area, most: number): string[] {
  return side.heat.flatMap((heat, cell) => {
    const strength = Math.round((opaquest * 100 * Math.abs(heat)) / most) / 100
    if (strength < 0.03) return []
    const { x, y, width, height } = cellArea(side, cell, area)
    return [element('rect', { x, y, width, height, class: heat > 0 ? 'different' : 'same', 'fill-opacity': strength })]
  })
}

function cellArea({ rows, columns }: ExplainedSide, cell: number, { x, y, width, height }: Area): Area {
  const [row, column] = [Math.floor(cell / columns), cell % columns]
  return {
    x: x + (column * width) / columns,
    y: y + (row * height) / rows,
    width: width / columns,
    height: height / rows,
  }
}

function middleOf(side: ExplainedSide, cell: number, area: Area): Point {
  const { x, y, width, height } = cellArea(side, cell, area)
  return [x + width / 2, y + height / 2]
}
