import { counted } from '../base/index.ts'
import {
  type Area,
  axes,
  chartStyle,
  count,
  element,
  escapeText,
  fitText,
  line,
  linear,
  mark,
  type Picture,
  paletteSize,
  picture,
  polyline,
  svgInline,
  text,
} from '../chart/index.ts'
import type { Interval, MetricName, PairedQuery } from '../retrieval/index.ts'
import type { Curves } from './data.ts'
import { htmlPage } from './html-page.ts'
import { pageStyle } from './page-style.ts'
import { pairedRuns } from './paired-runs.ts'
import { pairedSection } from './paired-section.ts'

/** A run beside others, or what was measured of a model without one. */
export interface ComparedRun {
  readonly name: string
  /** Null without a run. */
  readonly config: unknown
  readonly curves: Curves | null
  /** What was measured; null where nothing was. */
  readonly measured: MeasuredRun | null
}

/** What a `metrics.json` says: that of a report, of `evaluatePhotos`, or of a run itself. What it does not tell is null. */
export interface MeasuredRun {
  readonly split: string
  /** Of the photos and labels. */
  readonly dataHash: string | null
  /** What was left out of a query's gallery beside the photo itself; undefined where it is not told. */
  readonly excludeSame: 'encounter' | null | undefined
  /** Known individuals that queries were held against; null where the photos are each other's gallery. */
  readonly gallery: string | null
  /** Photo and mirror image averaged. */
  readonly flipAveraging: boolean | null
  /** Null where it is not told. */
  readonly photos: number | null
  readonly queries: number | null
  readonly rank1: number
  readonly map: number
  readonly identityBalancedMap: number
  readonly minp: number | null
  readonly perIdentity: readonly { readonly identity: string; readonly photos: number; readonly ap: number | null }[]
  /** How each query did; null or absent where it is not told, and no paired test can be made. */
  readonly perQuery?: readonly PairedQuery[] | null
  /** What a random order reaches on the same queries; null or absent where it is not told. */
  readonly chance?: ByScore<number> | null
  /** Its 95 % intervals over individuals; null or absent where they are not told. */
  readonly intervals?: ByScore<Interval> | null
  /** Of means over several seeds: their standard deviation, by score. */
  readonly deviation?: ByScore<number> | undefined
}

type ByScore<T> = Readonly<Partial<Record<MetricName, T>>>

/** Runs beside each other as one HTML file without scripts: numbers, settings that differ, curves, AP by individual. */
export function compareHtml(runs: readonly ComparedRun[]): string {
  const style = `${pageStyle}\n${chartStyle()}\n${ownStyle}`
  const charts = [lossChart(runs), validationChart(runs), individualsChart(runs)]
  const figures = charts.flatMap((chart) => (chart === undefined ? [] : [`<figure>${svgInline(chart)}</figure>`]))
  const warning = whyNotCompared(runs).map((what) => `<p><strong>${what}.</strong></p>`)
  return htmlPage({
    about: runs.map(({ name }) => name).join(', '),
    page: 'compare',
    style,
    body: `<main>
<h1>${counted(runs.length, 'run')}</h1>
${warning.join('')}
<h2>Measured</h2>
${numbersTable(runs)}
${besideWords(runs)}
${pairedSection(pairedRuns(runs))}
<h2>Settings that differ</h2>
${settingsTable(runs)}
<h2>Curves</h2>
<div class="charts">${figures.join('\n')}</div>
</main>`,
  })
}

/** Tables are wider than phones: each scrolls by itself. */
const ownStyle =
  'main{padding:16px 24px}.wide{overflow-x:auto}.wide :is(th,td){overflow-wrap:break-word;min-width:5em}@media (max-width:800px){main{padding:12px}}'

/**
 * Why the scores of these runs are not to be held against each other, a clause for each reason: other photos, other known individuals,
 * other photos left out. Empty where they are.
 */
export function whyNotCompared(runs: readonly ComparedRun[]): string[] {
  const measured = measurements(runs)
  const differ = (values: readonly unknown[]) => new Set(values).size > 1
  const hashes = measured.flatMap(({ dataHash }) => dataHash ?? [])
  const told = measured.flatMap(({ excludeSame }) => (excludeSame === undefined ? [] : [excludeSame]))
  const reasons = [
    ...(differ(hashes) ||
    differ(measured.flatMap(({ split, photos }) => (photos === null ? [] : [`${split} ${photos}`])))
      ? ['Not measured on the same photos']
      : []),
    ...(differ(measured.map(({ gallery }) => gallery)) ? ['Not measured against the same known individuals'] : []),
    ...(differ(told) ? ['Not measured with the same photos left out (`excludeSame`)'] : []),
  ]
  return reasons.map((reason) => `${reason}: these numbers do not compare`)
}

function measurements(runs: readonly ComparedRun[]): MeasuredRun[] {
  return runs.flatMap(({ measured }) => (measured === null ? [] : [measured]))
}

function numbersTable(runs: readonly ComparedRun[]): string {
  const rows = runs.map(({ name, measured, curves }) => {
    const scores = shown.map((name) => scoreText(measured, name))
    const cells = measured === null ? ['no report', ...Array<string>(8).fill('')] : [...protocol(measured), ...scores]
    const last = curves?.steps.at(-1)
    return [name, ...cells, last === undefined ? '' : String(last.step), last === undefined ? '' : last.loss.toFixed(3)]
  })
  const how = ['split', 'photos', 'queries', 'left out', 'flip averaging']
  const header = ['run', ...how, 'identity-balanced mAP', 'mAP', 'rank-1', 'mINP', 'steps', 'last loss']
  return table(header, rows)
}

const shown = ['identityBalancedMap', 'map', 'rank1', 'minp'] as const

/** `0.5000 (0.4120 to 0.6330; by chance 0.0700)`, `0.5000 ± 0.0123 (by chance 0.0700)` over seeds; empty where it is not told. */
function scoreText(measured: MeasuredRun | null, name: (typeof shown)[number]): string {
  const value = measured?.[name] ?? null
  if (measured === null || value === null) return ''
  const { deviation, intervals, chance } = measured
  const spread = deviation?.[name] === undefined ? '' : ` ± ${deviation[name].toFixed(4)}`
  const interval = intervals?.[name]
  const beside = [
    ...(interval === undefined ? [] : [interval.map((end) => end.toFixed(4)).join(' to ')]),
    ...(chance?.[name] === undefined ? [] : [`by chance ${chance[name].toFixed(4)}`]),
  ]
  return `${value.toFixed(4)}${spread}${beside.length === 0 ? '' : ` (${beside.join('; ')})`}`
}

/** Which files do not say what a random order reaches, in words; empty where all do. */
export function chanceNotTold(runs: readonly ComparedRun[]): string[] {
  const silent = runs.filter(({ measured }) => measured !== null && (measured.chance ?? null) === null)
  return silent.map(
    ({ name }) => `${name} does not tell what a random order reaches (chance), nor each query's positives and gallery`,
  )
}

function besideWords(runs: readonly ComparedRun[]): string {
  const silent = chanceNotTold(runs).map((what) => `<p>${escapeText(what)}.</p>`)
  const hasInterval = measurements(runs).some(({ intervals }) => (intervals ?? null) !== null)
  const words = hasInterval
    ? '<p>In brackets: the 95 % interval over individuals, and what a random order reaches.</p>'
    : ''
  return `${words}${silent.join('')}`
}

/** On what was measured, and how. */
function protocol({ split, photos, queries, excludeSame, gallery, flipAveraging }: MeasuredRun): string[] {
  const known = { encounter: 'the individual’s photos of the same encounter', nothing: 'the photo itself' }
  const leftOut = excludeSame === undefined ? '' : known[excludeSame ?? 'nothing']
  const flip = flipAveraging === null ? '' : flipAveraging ? 'on' : 'off'
  return [split, String(photos ?? ''), String(queries ?? ''), gallery === null ? leftOut : `against ${gallery}`, flip]
}

/** Every setting whose value is not the same in all runs. */
function settingsTable(runs: readonly ComparedRun[]): string {
  const settings = runs.map(({ config }) => new Map(config === null ? [] : leaves(config)))
  const keys = [...new Set(settings.flatMap((values) => [...values.keys()]))]
  const differing = keys.filter((key) => new Set(settings.map((values) => values.get(key))).size > 1)
  if (differing.length === 0) return '<p>None.</p>'
  const rows = differing.map((key) => [key, ...settings.map((values) => values.get(key) ?? '')])
  return table(['setting', ...runs.map(({ name }) => name)], rows)
}

/** Paths and values of a configuration as JSON. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, JSON.stringify(value) ?? '']]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
  return `<div class="wide"><table><thead><tr>${cells(header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`
}

type Points = readonly (readonly [x: number, y: number])[]

/** Losses averaged over hundredths of each run, by step. */
function lossChart(runs: readonly ComparedRun[]): Picture | undefined {
  const series = runs.map(({ curves }): Points => {
    const steps = curves?.steps ?? []
    const parts = Math.min(100, steps.length)
    return Array.from({ length: parts }, (_, i) => {
      const part = steps.slice(Math.floor((i * steps.length) / parts), Math.floor(((i + 1) * steps.length) / parts))
      return [part.at(-1)!.step, part.reduce((sum, { loss }) => sum + loss, 0) / part.length]
    })
  })
  const subtitle =
    'Mean loss over each hundredth of a run. Losses compare only between runs of the same loss, margin and individuals.'
  return curvesOver(runs, series, { name: 'compare-loss', title: 'Training loss', subtitle, label: 'loss' })
}

function validationChart(runs: readonly ComparedRun[]): Picture | undefined {
  const series = runs.map(
    ({ curves }): Points =>
      (curves?.validations ?? []).map(({ step, identityBalancedMap }) => [step, identityBalancedMap]),
  )
  const subtitle = 'Identity-balanced mAP on the photos that each run set aside.'
  return curvesOver(runs, series, {
    name: 'compare-validation',
    title: 'Validation',
    subtitle,
    label: 'identity-balanced mAP',
  })
}

interface CurvesOptions {
  readonly name: string
  readonly title: string
  readonly subtitle: string
  readonly label: string
}

function curvesOver(
  runs: readonly ComparedRun[],
  series: readonly Points[],
  options: CurvesOptions,
): Picture | undefined {
  const { name, title, subtitle, label } = options
  const all = series.flat()
  if (all.length < 2) return undefined
  return picture(name, { height: 480 }, { title, subtitle, source: sourceOf(runs) }, (outer) => {
    const area = { x: outer.x + 62, y: outer.y + 30, width: outer.width - 80, height: outer.height - 78 }
    const xs = linear([0, Math.max(...all.map(([x]) => x))], [area.x, area.x + area.width], { nice: false })
    const ys = linear([0, Math.max(...all.map(([, y]) => y))], [area.y + area.height, area.y], { ticks: 5 })
    const curves = series.map((points, i) =>
      polyline(
        points.map(([x, y]) => [xs.at(x), ys.at(y)]),
        `line l${i % paletteSize}`,
      ),
    )
    return [axes(area, xs, ys, { xLabel: 'step', yLabel: label }), ...curves, ...legend(runs, area)].join('\n')
  })
}

function legend(runs: readonly ComparedRun[], { x, y, width }: Area): string[] {
  const cell = width / runs.length
  return runs.map(
    ({ name }, i) => mark(i, x + i * cell + 6, y - 16) + text(x + i * cell + 18, y - 12, fitText(name, cell - 24, 12)),
  )
}

const rowHeight = 17

/** A row for each individual, a mark for each run at its mean AP; those that differ most come first. */
function individualsChart(runs: readonly ComparedRun[]): Picture | undefined {
  const scores = runs.map(
    ({ measured }) => new Map((measured?.perIdentity ?? []).map(({ identity, ap }) => [identity, ap])),
  )
  const rows = [...new Set(scores.flatMap((aps) => [...aps.keys()]))].map((identity) => {
    const aps = scores.map((values) => values.get(identity) ?? null)
    const known = aps.filter((ap) => ap !== null)
    return { identity, aps, spread: known.length === 0 ? -1 : Math.max(...known) - Math.min(...known) }
  })
  if (rows.length === 0) return undefined
  rows.sort((a, b) => b.spread - a.spread || (a.identity < b.identity ? -1 : 1))
  const subtitle =
    'Mean AP of each individual’s photos in each run’s report; those over which the runs disagree most come first.'
  const size = { height: 190 + rows.length * rowHeight }
  return picture('compare-individuals', size, { title: 'Individuals', subtitle, source: sourceOf(runs) }, (outer) => {
    const area = { x: outer.x + 150, y: outer.y + 30, width: outer.width - 170, height: rows.length * rowHeight + 6 }
    const xs = linear([0, 1], [area.x, area.x + area.width], { ticks: 5 })
    const empty = { ...xs, ticks: [] }
    return [
      axes(area, xs, empty, { xLabel: 'mean AP' }),
      ...legend(runs, area),
      ...rows.map(({ identity, aps }, row) => {
        const y = area.y + (row + 0.5) * rowHeight
        const marks = aps.map((ap, i) => (ap === null ? '' : mark(i, xs.at(ap), y)))
        const name = text(area.x - 8, y + 4, fitText(identity, 140, 11), { size: 11, anchor: 'end' })
        return line(area.x, y, area.x + area.width, y, 'grid') + name + element('g', {}, ...marks)
      }),
    ].join('\n')
  })
}

function sourceOf(runs: readonly ComparedRun[]): string {
  const measured = new Set(
    measurements(runs).map(({ split, photos, queries }) => {
      const which = split === 'all' ? 'all photos' : `${split} photos`
      return `${which}${photos === null ? '' : `: ${count(photos, 'photo')}`}${queries === null ? '' : `, ${count(queries, 'query', 'queries')}`}`
    }),
  )
  return [runs.map(({ name }) => name).join(', '), ...measured, 'rosette'].join(' · ')
}
