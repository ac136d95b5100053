import type { Place } from '../points.ts'

/** A pane within the element that holds both. */
export interface PaneBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Draws lines between the places of two panes, given in pixels of each; none to a place that is not seen. */
export function drawLines(
  svg: SVGSVGElement,
  lines: readonly (readonly [Place, Place])[],
  [first, second]: readonly [PaneBox, PaneBox],
): void {
  const seen = lines.filter(([a, b]) => isIn(first, a) && isIn(second, b))
  const ends = seen.map(([a, b]) => [
    [a[0] + first.x, a[1] + first.y],
    [b[0] + second.x, b[1] + second.y],
  ])
  const path = ends.map(([a, b]) => `M${a!.map(tenths).join(' ')}L${b!.map(tenths).join(' ')}`).join('')
  const dots = ends.flat().map(([x, y]) => shape('circle', { cx: tenths(x!), cy: tenths(y!), r: '3', class: 'dot' }))
  svg.replaceChildren(shape('path', { d: path, class: 'halo' }), shape('path', { d: path, class: 'line' }), ...dots)
}

function isIn({ width, height }: PaneBox, [x, y]: Place): boolean {
  return x >= 0 && y >= 0 && x <= width && y <= height
}

function tenths(px: number): string {
  return px.toFixed(1)
}

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
