import { marginCurve, marginWords } from './margin-curve.ts'
import { line, polyline, text } from './svg/element.ts'
import { type Area, axes, type Picture, picture } from './svg/picture.ts'
import { linear } from './svg/scale.ts'
import { count } from './words.ts'

/** A run's log: an entry for each step and for each validation. */
export interface CurvesChannels {
  readonly steps: readonly {
    readonly step: number
    readonly epoch: number
    readonly loss: number
    readonly learningRate: number
    /** Share of the loss's margin in force, 0 to 1. */
    readonly marginShare?: number | undefined
  }[]
  readonly validations: readonly {
    readonly step: number
    readonly identityBalancedMap: number
    readonly map: number
    readonly rank1: number
  }[]
}

/** Points that a curve is drawn with; more steps than these are averaged in groups. */
const mostPoints = 600

/** Training loss, learning rate and validation by step; undefined without a log. */
export function curvesChart(curves: CurvesChannels | null, source: string): Picture | undefined {
  if (curves === null || curves.steps.length < 2) return undefined
  const { steps, validations } = curves
  const grouped = groups(steps.map(({ step, loss }) => [step, loss]))
  const last = steps.at(-1)!
  const perGroup = Math.ceil(steps.length / mostPoints)
  const subtitle =
    `${count(steps.length, 'step')} in ${count(last.epoch, 'epoch')}; loss of each batch${perGroup > 1 ? `, means of ${perGroup} steps` : ''} ` +
    `(thin) and its running mean over a fiftieth of the run (thick)${validations.length > 0 ? `; validation measured ${count(validations.length, 'time')} on photos set aside` : '; no validation in this run'}.${marginWords(steps)}`
  const caption = { title: 'Training: loss, learning rate, validation', subtitle, source }
  return picture('training-curves', { height: validations.length > 0 ? 800 : 600 }, caption, (area) => {
    const panels = split(area, validations.length > 0 ? [3, 1.5, 2.2] : [3, 1.5])
    const highest = last.step
    return [
      panel(panels[0]!, highest, [grouped], {
        label: 'loss',
        classes: ['line thin l0'],
        more: [[runningMean(grouped, Math.max(1, Math.round(grouped.length / 50))), 'line l0']],
      }),
      ...marginCurve(panels[0]!, highest, steps),
      panel(panels[1]!, highest, [groups(steps.map(({ step, learningRate }) => [step, learningRate]))], {
        label: 'learning rate',
        classes: ['line l5'],
        ...(validations.length > 0 ? {} : { xLabel: 'step' }),
      }),
      validations.length > 0 ? validationPanel(panels[2]!, highest, curves) : '',
    ].join('\n')
  })
}

type Points = readonly (readonly [number, number])[]

interface PanelOptions {
  readonly label: string
  readonly classes: readonly string[]
  readonly more?: readonly (readonly [Points, string])[]
  readonly xLabel?: string
}

function panel(area: Area, highest: number, series: readonly Points[], options: PanelOptions): string {
  const values = series.flat().map(([, value]) => value)
  const xs = linear([0, highest], [area.x, area.x + area.width], { ticks: 8, nice: false })
  const ys = linear([Math.min(0, ...values), Math.max(...values)], [area.y + area.height, area.y], { ticks: 5 })
  const draw = (points: Points) => points.map(([step, value]) => [xs.at(step), ys.at(value)] as const)
  const { label, classes, more = [], xLabel } = options
  return [
    axes(area, xs, ys, { yLabel: label, ...(xLabel === undefined ? {} : { xLabel }) }),
    ...series.map((points, i) => polyline(draw(points), classes[i]!)),
    ...more.map(([points, className]) => polyline(draw(points), className)),
  ].join('\n')
}

/** Identity-balanced mAP, mAP and rank-1, labelled where they end. */
function validationPanel(area: Area, highest: number, { validations }: CurvesChannels): string {
  const xs = linear([0, highest], [area.x, area.x + area.width], { ticks: 8, nice: false })
  const ys = linear([0, 1], [area.y + area.height, area.y], { ticks: 5 })
  const kinds = [
    ['identityBalancedMap', 'identity-balanced mAP', 'l0', 'p0'],
    ['map', 'mAP', 'l2', 'p2'],
    ['rank1', 'rank-1', 'l1', 'p1'],
  ] as const
  // what a run begins with is no candidate: no epoch of it made that
  const ends = validations.filter(({ step }) => step > 0)
  const best = (ends.length > 0 ? ends : validations).reduce((a, b) =>
    b.identityBalancedMap > a.identityBalancedMap ? b : a,
  )
  const drawn = kinds.map(([key, , className]) =>
    polyline(
      validations.map((entry) => [xs.at(entry.step), ys.at(entry[key])]),
      `line ${className}`,
    ),
  )
  let x = area.x + 8
  const legend = kinds.map(([, name, stroke]) => {
    const at = x
    x += 50 + name.length * 7.6
    return line(at, area.y - 10, at + 22, area.y - 10, `line ${stroke}`) + text(at + 28, area.y - 6, name)
  })
  return [
    axes(area, xs, ys, { yLabel: 'validation', xLabel: 'step' }),
    ...drawn,
    ...legend,
    line(xs.at(best.step), area.y, xs.at(best.step), area.y + area.height, 'rule'),
    text(
      xs.at(best.step) - 6,
      area.y + area.height - 8,
      `best epoch: ${best.identityBalancedMap.toFixed(3)} at step ${best.step}`,
      {
        anchor: xs.at(best.step) > area.x + area.width / 2 ? 'end' : 'start',
        rim: true,
      },
    ),
  ].join('\n')
}

/** Panels one under the other, heights in the given proportion, with room for axes between them. */
function split({ x, y, width, height }: Area, shares: readonly number[]): Area[] {
  const [left, gap, below] = [70, 46, 44]
  const free = height - gap * (shares.length - 1) - below - 8
  const total = shares.reduce((a, b) => a + b, 0)
  let top = y + 8
  return shares.map((share) => {
    const area = { x: x + left, y: top, width: width - left - 14, height: (free * share) / total }
    top += area.height + gap
    return area
  })
}

/** Means of consecutive points, so that at most `mostPoints` are left. */
function groups(points: Points): Points {
  const size = Math.ceil(points.length / mostPoints)
  return Array.from({ length: Math.ceil(points.length / size) }, (_, g) => {
    const part = points.slice(g * size, (g + 1) * size)
    const mean = (i: 0 | 1) => part.reduce((sum, point) => sum + point[i], 0) / part.length
    return [mean(0), mean(1)]
  })
}

/** Each point's mean with up to `radius` neighbours on either side. */
function runningMean(points: Points, radius: number): Points {
  return points.map(([step], i) => {
    const part = points.slice(Math.max(0, i - radius), i + radius + 1)
    return [step, part.reduce((sum, [, value]) => sum + value, 0) / part.length]
  })
}
