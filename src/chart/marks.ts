import { markCorners, markOf } from './mark-shapes.ts'
import { element, pathOf } from './svg/element.ts'

const circle = 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z'

/**
 * The mark of individual i at (x, y) in px, as SVG; its shape and colour follow from i
 * alone.
 */
export function mark(i: number, x: number, y: number, opacity = 1): string {
  const { colour, shape } = markOf(i)
  const rounded = `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`
  return element('path', {
    d: shape === 0 ? circle : `${pathOf(markCorners[shape]!)}Z`,
    transform: rounded,
    class: `p${colour}`,
    'fill-opacity': opacity === 1 ? undefined : opacity,
  })
}
