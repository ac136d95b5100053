import { mean, standardDeviation } from '../src/base/index.ts'

/** Protocols as rows name them, in the order and the words of the table. A gap's rows begin so, and go on with both scores. */
const protocols = [
  ['queries against a gallery', 'new against known'],
  ['each photo against other encounters', 'new against each other, the same sighting left out'],
  ['each photo against all others', 'new against each other, all photos'],
  ['gap on the same queries', 'the gap: all photos, then the same sighting left out'],
  ['known and new individuals', 'known and new individuals'],
] as const

/** The columns of both tables: scores as rows name them, and their words. */
const columns = {
  main: { identityBalancedMap: 'identity-balanced mAP', rank1: 'rank-1', auroc: 'AUROC' },
  further: {
    identityBalancedRank1: 'identity-balanced rank-1',
    mapAtR: 'mAP@R',
    minp: 'mINP',
    baks: 'BAKS',
    baus: 'BAUS',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>

/** A row of the results. */
interface ProtocolRow {
  readonly data: string
  readonly model: string
  readonly protocol: string
  readonly score: string
  readonly queries: number
  readonly value: number
  readonly low: number
  readonly high: number
  readonly byChance: number
}

/**
 * The rows as a table in Markdown, as docs/results.md has it: a row for each protocol and model, a column for each metric, of which the further ones have
 * a table of their own. A cell is the mean over seeds, ± their σ, and in brackets the interval of the first seed; the last row of a protocol is chance.
 */
export function protocolTable(csv: string, which: keyof typeof columns = 'main'): string {
  const metrics = Object.keys(columns[which])
  const rows = csv.trim().split('\n').slice(1).map(rowOf)
  const lines = namesIn(rows, ({ data }) => data).flatMap((data) =>
    protocols.flatMap(([protocol, words]) => {
      const own = rows.filter((row) => row.data === data && row.protocol.startsWith(protocol) && isShown(row, metrics))
      return own.length === 0 ? [] : linesOf(own, { title: `${data}, ${words}`, metrics })
    }),
  )
  const head = ['photos, protocol', 'queries', 'model', ...Object.values<string>(columns[which])]
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The rows of several files as those of one: what the first has of a model and photos, no other has to say again. */
export function rowsOfFiles([first = '', ...further]: readonly string[]): string {
  const isThere = (line: string) => first.includes(/,[^,]+,"[^"]*",/.exec(line)?.[0] ?? line)
  const others = further.flatMap((csv) => csv.trim().split('\n').slice(1))
  return [first.trim(), ...others.filter((line) => !isThere(line))].join('\n')
}

function isShown({ protocol, score }: ProtocolRow, metrics: readonly string[]): boolean {
  return metrics.includes(score) && !protocol.includes('(')
}

function linesOf(
  rows: readonly ProtocolRow[],
  { title, metrics }: { readonly title: string; readonly metrics: readonly string[] },
): string[][] {
  const isGap = rows[0]!.protocol.startsWith('gap')
  const models = namesIn(rows, ({ model }) => model).map((model) => {
    const own = rows.filter((row) => row.model === model)
    return [model, ...metrics.map((metric) => told(own.filter(({ score }) => score === metric)))]
  })
  const chance = metrics.map((metric) => rows.find(({ score }) => score === metric)?.byChance.toFixed(3) ?? '–')
  return [...models, ...(isGap ? [] : [['by chance', ...chance]])].map((cells, i) => [
    ...(i === 0 ? [title, String(rows[0]!.queries)] : ['', '']),
    ...cells,
  ])
}

function told(seeds: readonly ProtocolRow[]): string {
  const [first] = seeds
  if (first === undefined) return '–'
  const values = seeds.map(valueOf)
  const spread = values.length === 1 ? '' : ` ± ${standardDeviation(values).toFixed(3)}`
  return `${text(mean(values))}${spread} (${text(first.low)} to ${text(first.high)})`
}

/** Rows have four decimals; a share of queries is a fraction of their number, so that it is rounded once only. */
function valueOf({ score, queries, value }: ProtocolRow): number {
  return score === 'rank1' ? Math.round(value * queries) / queries : value
}

function text(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(3)}`
}

function rowOf(line: string): ProtocolRow {
  const cells = [...line.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const [, data = '', model = '', , protocol = '', score = '', ...numbers] = cells
  const [queries = 0, value = 0, low = 0, high = 0, byChance = 0] = numbers.map(Number)
  return { data, model, protocol, score, queries, value, low, high, byChance }
}

function namesIn(rows: readonly ProtocolRow[], of: (row: ProtocolRow) => string): string[] {
  return [...new Set(rows.map(of))]
}
