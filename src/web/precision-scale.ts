import { luminance, plasmaAt } from '../chart/index.ts'

/** The parts of plasma that have a contrast of 3 or more against white and against dark paper. */
const onLight = [0, 0.6] as const
const onDark = [0.4, 1] as const

/** The colour of an average precision from 0 to 1, as `rgb(…)`: dark to light, on a paper of that colour. */
export function precisionColour(ap: number, paper: string): string {
  const [from, to] = luminance(paper) > 0.5 ? onLight : onDark
  return `rgb(${plasmaAt(from + ap * (to - from)).join(',')})`
}

/** Steps of a gradient that shows the scale. */
const shown = 16

/** The scale as a CSS gradient, 0 on the left. */
export function precisionGradient(paper: string): string {
  const colours = Array.from({ length: shown + 1 }, (_, i) => precisionColour(i / shown, paper))
  return `linear-gradient(to right,${colours.join(',')})`
}
