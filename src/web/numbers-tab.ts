import { count } from '../chart/index.ts'
import type { ReportData, ReportScores } from '../report/data.ts'
import { button, download, h } from './dom.ts'
import type { Model } from './model.ts'
import { besideScore, lossWords } from './score-words.ts'

/** Metrics, hashes, configuration, individuals, downloads, and the charts. */
export function numbersTab(
  model: Model,
  charts: DocumentFragment,
  openIdentity: (identity: number) => void,
): HTMLElement {
  const { data, files } = model
  return h(
    'div',
    { className: 'scroll numbers' },
    h(
      'div',
      {},
      h('h2', { textContent: 'Measured' }),
      facts(metricRows(data)),
      h('h2', { textContent: 'To take along' }),
      h(
        'div',
        { className: 'row' },
        button('metrics.json', () => download('metrics.json', 'application/json', files.metrics)),
        button('map.csv', () => download('map.csv', 'text/csv', files.map.join(''))),
      ),
      h('h2', { textContent: 'Individuals' }),
      identityTable(data, openIdentity),
      ...origin(data),
    ),
    h('div', { className: 'charts' }, charts),
  )
}

/** Model, data, hashes and configuration. */
function origin(data: ReportData): HTMLElement[] {
  const config = JSON.stringify(data.config, undefined, 2)
  const details = h(
    'details',
    {},
    h('summary', { textContent: 'Configuration of the training run' }),
    h('pre', { textContent: config }),
  )
  return [
    h('h2', { textContent: 'Where it comes from' }),
    facts([
      ['model', data.model],
      ['flip averaging', data.flipAveraging ? 'on' : 'off'],
      ['data', data.data],
      ['photos', `${data.split}${data.reason === '' ? '' : ` (${data.reason})`}`],
      ['hash of the configuration', data.hashes.config ?? 'none'],
      ['hash of the data', data.hashes.data],
      ['hash of the split', data.hashes.split ?? 'none'],
    ]),
    ...(data.config === null ? [] : [details]),
  ]
}

const scoreNames: readonly (readonly [string, keyof ReportScores])[] = [
  ['identity-balanced mAP', 'identityBalancedMap'],
  ['mAP', 'map'],
  ['identity-balanced rank-1', 'identityBalancedRank1'],
  ['rank-1', 'rank1'],
  ['rank-5', 'rank5'],
  ['rank-10', 'rank10'],
  ['mAP@R', 'mapAtR'],
  ['mINP', 'minp'],
]

function metricRows(data: ReportData): (readonly [string, string])[] {
  const { metrics, pairs, words } = data
  const { equalError } = pairs
  return [
    ...scoreNames.map(
      ([label, name]) => [label, `${metrics[name].toFixed(4)} (${besideScore(data, name, 3)})`] as const,
    ),
    ...backgroundRows(data),
    ['photos', `${metrics.photos} of ${count(metrics.identities, 'individual')}`],
    ['tie rate', metrics.tieRate.toFixed(4)],
    ['scored', words.scored],
    ['left out', words.leftOut.join('; ')],
    [
      'equal error of pairs',
      equalError === null
        ? 'none'
        : `${(equalError.rate * 100).toFixed(2)} % at similarity ${equalError.threshold.toFixed(4)}`,
    ],
  ]
}

/** What the scores lose with the background black, and with another's; none where that was not measured. */
function backgroundRows({ background }: ReportData): (readonly [string, string])[] {
  if (background === null) return []
  const kinds = [
    ['background filled', background],
    ['background swapped', background.swapped],
  ] as const
  return kinds.flatMap(([kind, scores]) => [
    [`identity-balanced mAP, ${kind}`, lossWords(scores.identityBalancedMap)] as const,
    [`mAP, ${kind}`, `${lossWords(scores.map)}; on ${count(background.masked, 'photo')} with a mask`] as const,
  ])
}

function facts(rows: readonly (readonly [string, string])[]): HTMLTableElement {
  return h(
    'table',
    {},
    h(
      'tbody',
      {},
      ...rows.map(([name, value]) =>
        h('tr', {}, h('th', { scope: 'row', textContent: name }), h('td', { textContent: value })),
      ),
    ),
  )
}

type Column = 'name' | 'photos' | 'queries' | 'ap'

/** One row an individual; a click on a heading sorts by it, another one the other way. */
function identityTable(data: ReportData, open: (identity: number) => void): HTMLTableElement {
  const rows = data.perIdentity.map((score, i) => ({ ...score, ap: score.ap ?? -1, name: data.identities[i]!, i }))
  let sorted: { readonly column: Column; readonly down: boolean } = { column: 'ap', down: false }
  const body = h('tbody')
  const headings = (
    [
      ['name', 'individual'],
      ['photos', 'photos'],
      ['queries', 'queries'],
      ['ap', 'mean AP'],
    ] as const
  ).map(([column, words]) => {
    const cell = h(
      'th',
      { scope: 'col' },
      button(words, () => sort(column)),
    )
    return { column, cell }
  })
  const sort = (column: Column) => {
    sorted = { column, down: sorted.column === column ? !sorted.down : column !== 'name' && column !== 'ap' }
    update()
  }
  const update = () => {
    const { column, down } = sorted
    const compare = (a: (typeof rows)[number], b: (typeof rows)[number]) =>
      column === 'name' ? a.i - b.i : a[column] - b[column] || a.i - b.i
    const order = [...rows].sort((a, b) => (down ? compare(b, a) : compare(a, b)))
    body.replaceChildren(
      ...order.map(({ name, photos, queries, ap, i }) =>
        h(
          'tr',
          {},
          h(
            'td',
            {},
            button(name, () => open(i), 'show its photos'),
          ),
          ...[String(photos), String(queries), ap < 0 ? '–' : ap.toFixed(4)].map((text) =>
            h('td', { className: 'number', textContent: text }),
          ),
        ),
      ),
    )
    for (const heading of headings) {
      heading.cell.ariaSort = heading.column === column ? (down ? 'descending' : 'ascending') : 'none'
    }
  }
  update()
  return h('table', { id: 'individuals' }, h('thead', {}, h('tr', {}, ...headings.map(({ cell }) => cell))), body)
}
