import { decimal, element, text } from './svg/element.ts'
import { type Area, type Picture, picture, pictureDefaults } from './svg/picture.ts'
import { fitText, wrapText } from './svg/text-width.ts'

/** A photo as the network sees it, with what each of its cells adds to the similarity. */
export interface HeatSide {
  /** A data: address. */
  readonly view: string
  readonly widthPx: number
  readonly heightPx: number
  readonly rows: number
  readonly columns: number
  /** Row by row; negative where a cell speaks against the match. */
  readonly heat: readonly number[]
}

/** Two photos that match, the query first, and between which of their cells the similarity passes. */
export interface MatchHeat {
  readonly sides: readonly [HeatSide, HeatSide]
  /** The strongest pairs of cells, the strongest first. */
  readonly lines: readonly { readonly query: number; readonly match: number; readonly contribution: number }[]
  /** Whether the network needs the hottest cells more than others; where it does not, the heat is grey. */
  readonly readable: boolean
}

/** A match with the names of its photos and what is said of it. */
export interface ExplainedPair extends MatchHeat {
  readonly names: readonly [string, string]
  readonly files: readonly [string, string]
  /** Stands above the photos; empty where there is nothing to warn of. */
  readonly warning: string
  readonly words: readonly string[]
}

/** A few matches of a kind. */
export interface ExplanationsChannels {
  /** Whether they are right. */
  readonly same: boolean
  readonly matches: readonly ExplainedPair[]
  readonly source: string
}

/** Between the two photos, px. */
const gap = 60

/** Colours are told where there are some, and grey where there is some. */
function howToRead(matches: readonly ExplainedPair[]): string {
  const [some, all] = [matches.some(({ readable }) => !readable), matches.every(({ readable }) => !readable)]
  if (all) return grey
  return some ? `${colours} ${grey}` : colours
}

const grey =
  'Grey: covering the cells that the network sees most in costs no more than covering others, so they tell nothing of the match.'

const colours =
  'Orange: cells of what the network sees that add to the similarity, the more the stronger; blue: cells that speak against it. ' +
  'Numbered curves join the pairs of cells between which most of it passes, 1 the strongest.'

/** Across a side's picture, px. */
const sideWidth = 480

/**
 * Both photos of a match as the network sees them, with heat and the ends of the lines, which have the same numbers on both:
 * what lies over the photos in a page, and zooms with them.
 */
export function explanationSides({ sides, lines, readable }: MatchHeat): [Picture, Picture] {
  const most = hottest(sides)
  const draw = (at: 0 | 1): Picture => {
    const side = sides[at]
    const area = { x: 0, y: 0, width: sideWidth, height: (sideWidth * side.heightPx) / side.widthPx }
    const cells = lines.map((pair) => (at === 0 ? pair.query : pair.match))
    const ends = cells.map((cell, k) => {
      const before = cells.slice(0, k).filter((other) => other === cell).length
      const [x, y] = middleOf(side, cell, area)
      return joinEnd([x + [0, 17, -17][before % 3]!, y + 17 * Math.floor(before / 3)], k + 1)
    })
    const body = [viewOf(side, area), ...heatCells(side, area, { most, readable }), ...ends].join('')
    const title = at === 0 ? 'what the query adds to the similarity' : 'what the match adds to the similarity'
    return { name: 'side', title, width: area.width, height: area.height, body }
  }
  return [draw(0), draw(1)]
}

/** Matches of a kind, two in a row; undefined where there is none. */
export function explanationsChart({ same, matches, source }: ExplanationsChannels): Picture | undefined {
  if (matches.length === 0) return undefined
  const title = same ? 'Why these matches: right ones' : 'Why these matches: wrong ones'
  const rows = Math.ceil(matches.length / 2)
  const across = 1240
  const width = (across - 2 * pictureDefaults.margin) / 2 - 14
  const tallest = Math.max(...matches.flatMap(({ sides }) => sides.map((side) => side.heightPx / side.widthPx)))
  const above = matches.some(({ warning }) => warning !== '') ? warningHeight : 0
  const rowHeight = Math.min(460, ((width - gap) / 2) * tallest + 141) + above
  const name = same ? 'why-correct' : 'why-wrong'
  const caption = { title, subtitle: howToRead(matches), source }
  return picture(name, { width: across, height: 140 + rows * rowHeight }, caption, (area) =>
    matches
      .map((match, k) => {
        const [x, y] = [area.x + (k % 2) * (width + 28), area.y + Math.floor(k / 2) * rowHeight]
        const place = { x, y: y + above, width, height: rowHeight - above - 8 }
        return drawMatch(match, place) + warn(match.warning, x, y + 14)
      })
      .join('\n'),
  )
}

function drawMatch({ sides, lines, readable, names, files, words }: ExplainedPair, area: Area): string {
  const places = placeSides(sides, area)
  const most = hottest(sides)
  const strongest = Math.max(1e-9, ...lines.map(({ contribution }) => contribution))
  const drawn = sides.map((side, i) => {
    const { x, y, width, height } = places[i]!
    return [
      viewOf(side, places[i]!),
      ...heatCells(side, places[i]!, { most, readable }),
      text(x, y + height + 18, fitText(names[i]!, width, 13), { size: 13, bold: true }),
      text(x, y + height + 33, fitText(files[i]!, width, 10), { size: 10, class: 'muted' }),
    ].join('')
  })
  const joins = lines.map(({ query, match, contribution }, k) => {
    const [from, to] = [middleOf(sides[0], query, places[0]), middleOf(sides[1], match, places[1])]
    const bow = (k - (lines.length - 1) / 2) * bend
    return join(from, to, k + 1, within(places, [from[1], to[1]], bow), Math.max(0, contribution) / strongest)
  })
  const below = places[0].y + Math.max(places[0].height, places[1].height) + 54
  const written = words.flatMap((sentence) => wrapText(sentence, area.width, 12))
  return [...drawn, ...joins, ...written.map((line, i) => text(area.x, below + 17 * i, line))].join('\n')
}

/** A line above a match, px. */
const warningHeight = 22

function warn(words: string, x: number, y: number): string {
  return words === '' ? '' : text(x, y, words, { size: 13, bold: true, class: 'wrong' })
}

/** Curves of neighbouring ranks pass each other by this, px. */
const bend = 26

/**
 * The height of a curve's control point so that it leaves the views neither above nor below, where words stand. A quadratic curve from a to b touches the level l
 * if that height is l ± √((l − a)(l − b)), − for the upper one.
 */
function within(places: readonly Area[], [a, b]: readonly [number, number], bow: number): number {
  const top = Math.min(...places.map(({ y }) => y)) + 3
  const bottom = Math.max(...places.map(({ y, height }) => y + height)) - 3
  const reach = (level: number) => Math.sqrt(Math.max(0, (level - a) * (level - b)))
  return Math.max(top - reach(top), Math.min(bottom + reach(bottom), (a + b) / 2 + bow))
}

/** A curve between two cells, numbered at both ends; wider, the more passes between them. */
function join(from: Point, to: Point, number: number, control: number, share: number): string {
  const middle = [(from[0] + to[0]) / 2, control] as const
  const d = `M${decimal(from[0])} ${decimal(from[1])}Q${decimal(middle[0])} ${decimal(middle[1])} ${decimal(to[0])} ${decimal(to[1])}`
  const width = 1 + 2.5 * share
  return (
    element('path', { d, class: 'join-rim', 'stroke-width': width + 2 }) +
    element('path', { d, class: 'join', 'stroke-width': width }) +
    joinEnd(from, number) +
    joinEnd(to, number)
  )
}

function joinEnd([cx, cy]: Point, number: number): string {
  return (
    element('circle', { cx, cy, r: 8, class: 'join-end' }) +
    text(cx, cy + 4, String(number), { size: 11, anchor: 'middle', bold: true, class: 'join-number' })
  )
}

function viewOf({ view: href }: HeatSide, { x, y, width, height }: Area): string {
  return element('image', { x, y, width, height, href, preserveAspectRatio: 'none' })
}

function hottest(sides: MatchHeat['sides']): number {
  return Math.max(1e-9, ...sides.flatMap(({ heat }) => heat.map(Math.abs)))
}

type Point = readonly [x: number, y: number]

/** Both views side by side, as large as the area allows, with room for words below. */
function placeSides(sides: MatchHeat['sides'], area: Area): readonly [Area, Area] {
  const free = { width: (area.width - gap) / 2, height: area.height - 123 }
  const fit = ({ widthPx, heightPx }: HeatSide, x: number): Area => {
    const scale = Math.min(free.width / widthPx, free.height / heightPx)
    return { x, y: area.y + 4, width: widthPx * scale, height: heightPx * scale }
  }
  const query = fit(sides[0], area.x)
  return [query, fit(sides[1], query.x + query.width + gap)]
}

/** Opacity of the strongest cell: the photo is seen through it. */
const opaquest = 0.45

function heatCells(
  side: HeatSide,
  area: Area,
  { most, readable }: { readonly most: number; readonly readable: boolean },
): string[] {
  return side.heat.flatMap((heat, cell) => {
    const strength = Math.round((opaquest * 100 * Math.abs(heat)) / most) / 100
    if (strength < 0.03) return []
    const { x, y, width, height } = cellArea(side, cell, area)
    const colour = !readable ? 'grey' : heat > 0 ? 'different' : 'same'
    return [element('rect', { x, y, width, height, class: colour, 'fill-opacity': strength })]
  })
}

function cellArea({ rows, columns }: HeatSide, cell: number, { x, y, width, height }: Area): Area {
  const [row, column] = [Math.floor(cell / columns), cell % columns]
  return {
    x: x + (column * width) / columns,
    y: y + (row * height) / rows,
    width: width / columns,
    height: height / rows,
  }
}

function middleOf(side: HeatSide, cell: number, area: Area): Point {
  const { x, y, width, height } = cellArea(side, cell, area)
  return [x + width / 2, y + height / 2]
}
