import { element, escapeText, line, text } from './element.ts'
import type { Scale } from './scale.ts'
import { fitText, textWidth, wrapText } from './text-width.ts'
import { chartStyle } from './theme.ts'

/** A chart, drawn once: the body of an SVG whose colours are classes, so that it serves on paper, on dark screens and in a page. */
export interface Picture {
  /** Of its files, without an ending. */
  readonly name: string
  readonly title: string
  readonly width: number
  readonly height: number
  readonly body: string
}

/** What is written on every picture. */
export interface Caption {
  readonly title: string
  /** How to read it, with sample sizes. */
  readonly subtitle: string
  /** Model, data, split. */
  readonly source: string
}

/** A rectangle of a picture, in px from its upper left corner. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A picture's width and margin, and the sizes of its title, subtitle and source line, in px. */
export const pictureDefaults = { width: 1000, margin: 28, titleSize: 21, subtitleSize: 13, sourceSize: 11 } as const

const { margin, titleSize, subtitleSize, sourceSize } = pictureDefaults

/** Title above, source below, and between them what `draw` makes of the area it gets. */
export function picture(
  name: string,
  size: { readonly width?: number; readonly height: number },
  caption: Caption,
  draw: (area: Area) => string,
): Picture {
  const { width = pictureDefaults.width, height } = size
  const inner = width - 2 * margin
  const subtitle = wrapText(caption.subtitle, inner, subtitleSize)
  const source = wrapText(caption.source, inner, sourceSize)
  const top = margin + titleSize + subtitle.length * 18 + 12
  const bottom = height - margin - source.length * 15
  const body = [
    text(margin, margin + titleSize - 4, fitText(caption.title, inner, titleSize * 1.1), {
      size: titleSize,
      bold: true,
    }),
    ...subtitle.map((words, i) =>
      text(margin, margin + titleSize + 17 + 18 * i, words, { size: subtitleSize, class: 'muted' }),
    ),
    draw({ x: margin, y: top, width: inner, height: bottom - top }),
    ...source.map((words, i) =>
      text(margin, height - margin + 8 - 15 * (source.length - 1 - i), words, { size: sourceSize, class: 'muted' }),
    ),
  ].join('\n')
  return { name, title: caption.title, width, height, body }
}

/** The picture as an SVG file of its own, its styles in it. */
export function svgDocument({ title, width, height, body }: Picture): string {
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'font-family': `'DejaVu Sans',Verdana,sans-serif`,
  }
  const paper = element('rect', { width, height, class: 'paper' })
  return `${element('svg', root, `\n<title>${escapeText(title)}</title>\n<style>${chartStyle()}</style>\n${paper}\n${body}\n`)}\n`
}

/** The picture as an SVG element for a page that has `chartStyle()` among its styles. */
export function svgInline({ title, width, height, body }: Picture): string {
  const root = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, class: 'chart' }
  return element('svg', root, body)
}

/** What is written along the axes, and whether ticks have lines across; they have, unless told otherwise. */
export interface AxesOptions {
  readonly xLabel?: string
  readonly yLabel?: string
  /** Lines across at the ticks. */
  readonly grid?: boolean
}

/** Axes with ticks around an area; the scales map into its pixels. */
export function axes({ x, y, width, height }: Area, xs: Scale, ys: Scale, options: AxesOptions = {}): string {
  const { xLabel, yLabel, grid = true } = options
  const bottom = y + height
  const parts: string[] = []
  for (const tick of ys.ticks) {
    const at = ys.at(tick)
    if (grid) parts.push(line(x, at, x + width, at, 'grid'))
    parts.push(text(x - 8, at + 4, ys.format(tick), { anchor: 'end', class: 'muted' }))
  }
  for (const tick of xs.ticks) {
    const at = xs.at(tick)
    parts.push(line(at, bottom, at, bottom + 5, 'axis'))
    parts.push(text(at, bottom + 19, xs.format(tick), { anchor: 'middle', class: 'muted' }))
  }
  parts.push(line(x, bottom, x + width, bottom, 'axis'))
  if (xLabel !== undefined) parts.push(text(x + width / 2, bottom + 38, xLabel, { anchor: 'middle' }))
  const widest = Math.max(0, ...ys.ticks.map((tick) => textWidth(ys.format(tick), 12)))
  if (yLabel !== undefined) parts.push(text(x - widest - 18, y + height / 2, yLabel, { anchor: 'middle', rotate: -90 }))
  return parts.join('\n')
}
