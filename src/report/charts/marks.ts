import { element } from '../svg/element.ts'
import { palette } from '../svg/theme.ts'

/** A mark about (0, 0) of about the same ink each, as path data. */
const shapes = [
  'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z',
  'M-3.6 -3.6H3.6V3.6H-3.6Z',
  'M0 -4.8L4.6 3.6H-4.6Z',
  'M0 -5.2L4.4 0L0 5.2L-4.4 0Z',
  'M-1.7 -4.8H1.7V-1.7H4.8V1.7H1.7V4.8H-1.7V1.7H-4.8V-1.7H-1.7Z',
  'M0 4.8L4.6 -3.6H-4.6Z',
  'M-4.7 -2.7L-2.7 -4.7L0 -2L2.7 -4.7L4.7 -2.7L2 0L4.7 2.7L2.7 4.7L0 2L-2.7 4.7L-4.7 2.7L-2 0Z',
] as const

/** Colours times shapes: individuals told apart by mark alone; the next ones begin anew. */
export const distinctMarks = palette.length * shapes.length

/** The mark of individual i: colours change first, shapes when the colours are through. */
export function mark(i: number, x: number, y: number, opacity = 1): string {
  const colour = i % palette.length
  const shape = Math.floor(i / palette.length) % shapes.length
  const rounded = `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})`
  return element('path', {
    d: shapes[shape]!,
    transform: rounded,
    class: `p${colour}`,
    'fill-opacity': opacity === 1 ? undefined : opacity,
  })
}
