import { element, text } from './svg/element.ts'
import type { Area } from './svg/picture.ts'

/** Whether a photo shows the individual asked about, or is the query itself. */
export type Verdict = 'right' | 'wrong' | 'query'

/** A photo in a box, its rim right (green), wrong (red) or a query's (grey), and ✓ or ✗ in its corner, for who sees no colours. */
export function framedPhoto(image: string | undefined, { x, y, width, height }: Area, verdict: Verdict): string {
  const corner = { right: '✓', wrong: '✗', query: '' }[verdict]
  return [
    element('rect', { x, y, width, height, class: 'shade' }),
    image === undefined
      ? ''
      : element('image', { x, y, width, height, href: image, preserveAspectRatio: 'xMidYMid meet' }),
    element('rect', { x, y, width, height, class: `box ${verdict}-line` }),
    corner === ''
      ? ''
      : element('circle', { cx: x + 12, cy: y + 12, r: 9, class: verdict }) +
        text(x + 12, y + 16.5, corner, { size: 13, anchor: 'middle', class: 'on-mark', bold: true }),
  ].join('')
}
