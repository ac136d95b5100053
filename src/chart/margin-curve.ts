import { polyline, text } from './svg/element.ts'
import type { Area } from './svg/picture.ts'
import { linear } from './svg/scale.ts'

interface MarginStep {
  readonly step: number
  readonly marginShare?: number | undefined
}

/** The share of each step that tells one; none where the whole margin is in force from the beginning. */
function growing(steps: readonly MarginStep[]): (readonly [step: number, share: number])[] {
  const told = steps.flatMap(({ step, marginShare }) =>
    marginShare === undefined ? [] : [[step, marginShare] as const],
  )
  return told.some(([, share]) => share < 1) ? told : []
}

/** What a subtitle says of a margin that grows; begins with a space. */
export function marginWords(steps: readonly MarginStep[]): string {
  const shares = growing(steps)
  if (shares.length === 0) return ''
  const whole = shares.find(([, share]) => share === 1)
  const until = whole === undefined ? 'has not yet grown to the end' : `grows until step ${whole[0]}`
  return ` The margin ${until} (dashed), which adds to the loss.`
}

/** The margin over the steps, from nothing at the bottom of the loss's panel to the whole at its top, said where it ends. */
export function marginCurve({ x, y, width, height }: Area, highest: number, steps: readonly MarginStep[]): string[] {
  const shares = growing(steps)
  const last = shares.at(-1)
  if (last === undefined) return []
  const xs = linear([0, highest], [x, x + width], { nice: false })
  const ys = linear([0, 1], [y + height, y], { nice: false })
  const turns = shares.filter(([, share], i) => share !== shares[i - 1]?.[1] || share !== shares[i + 1]?.[1])
  const words = `margin ${Math.round(100 * last[1])} %`
  return [
    polyline(
      turns.map(([step, share]) => [xs.at(step), ys.at(share)]),
      'rule',
    ),
    text(x + width - 6, ys.at(last[1]) + 15, words, { anchor: 'end', class: 'muted', rim: true }),
  ]
}
