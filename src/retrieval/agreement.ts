import { check } from '../base/index.ts'

/** How far two ways to group the same photos agree; 1 is the same grouping, 0 what groupings of these sizes reach by chance. */
export interface Agreement {
  /** Adjusted mutual information. */
  readonly ami: number
  /** Adjusted Rand index. */
  readonly ari: number
}

/**
 * AMI = (MI − E[MI]) / (½ (H(U) + H(V)) − E[MI]), the expectation over groupings with the same sizes (Vinh et al., JMLR 11, 2010, eq. 24a);
 * ARI = (Σ C(n_ij, 2) − E) / (½ (Σ C(a_i, 2) + Σ C(b_j, 2)) − E), E = Σ C(a_i, 2) Σ C(b_j, 2) / C(n, 2) (Hubert and Arabie, 1985).
 * Both as scikit-learn's. ARI is led by the large groups; AMI by all.
 * @throws InputError for lists of different lengths.
 */
export function agreementOf(a: readonly number[], b: readonly number[]): Agreement {
  check(a.length === b.length, `agreement: expected two groupings of the same photos, got ${a.length} and ${b.length}`)
  const table = contingency(a, b)
  return { ami: adjustedMutualInformation(table), ari: adjustedRand(table) }
}

interface Contingency {
  readonly n: number
  /** Photos of each group of the first grouping, and of the second. */
  readonly rows: readonly number[]
  readonly columns: readonly number[]
  /** Row, column and count of each pair of groups that share photos. */
  readonly cells: readonly (readonly [row: number, column: number, count: number])[]
}

function contingency(a: readonly number[], b: readonly number[]): Contingency {
  const [rowOf, columnOf] = [places(a), places(b)]
  const [rows, columns] = [Array<number>(rowOf.size).fill(0), Array<number>(columnOf.size).fill(0)]
  const counts = new Map<number, number>()
  a.forEach((group, i) => {
    const [row, column] = [rowOf.get(group)!, columnOf.get(b[i]!)!]
    rows[row]!++
    columns[column]!++
    const key = row * columns.length + column
    counts.set(key, (counts.get(key) ?? 0) + 1)
  })
  const cells = [...counts].map(([key, count]): readonly [number, number, number] => {
    return [Math.floor(key / columns.length), key % columns.length, count]
  })
  return { n: a.length, rows, columns, cells }
}

function places(groups: readonly number[]): Map<number, number> {
  return new Map([...new Set(groups)].map((group, i) => [group, i]))
}

function adjustedRand({ n, rows, columns, cells }: Contingency): number {
  const pairs = (count: number) => (count * (count - 1)) / 2
  const [a, b] = [rows, columns].map((sizes) => total(sizes.map(pairs))) as [number, number]
  const expected = n < 2 ? 0 : (a * b) / pairs(n)
  const most = (a + b) / 2
  return most === expected ? 1 : (total(cells.map(([, , count]) => pairs(count))) - expected) / (most - expected)
}

function adjustedMutualInformation(table: Contingency): number {
  const { n, rows, columns, cells } = table
  if (rows.length === columns.length && rows.length <= 1) return 1
  const information = total(
    cells.map(([row, column, count]) => (count / n) * Math.log((n * count) / (rows[row]! * columns[column]!))),
  )
  const expected = expectedInformation(table)
  const span = (entropy(rows, n) + entropy(columns, n)) / 2 - expected
  const least = Number.EPSILON // both groupings of photos each by itself: 0 / 0
  return (information - expected) / (span < 0 ? Math.min(span, -least) : Math.max(span, least))
}

function entropy(sizes: readonly number[], n: number): number {
  return -total(sizes.map((size) => (size / n) * Math.log(size / n)))
}

/** E[MI] = Σ_ij Σ_m (m/n) ln(n m / (a_i b_j)) · P(m), m photos shared by groups of a_i and b_j: hypergeometric. */
function expectedInformation({ n, rows, columns }: Contingency): number {
  const logFactorial = logFactorials(n)
  const [ofRows, ofColumns] = [sizeCounts(rows), sizeCounts(columns)]
  let expected = 0
  for (const [a, timesA] of ofRows) {
    for (const [b, timesB] of ofColumns) {
      const fixed = logFactorial[a]! + logFactorial[b]! + logFactorial[n - a]! + logFactorial[n - b]! - logFactorial[n]!
      let sum = 0
      for (let m = Math.max(1, a + b - n); m <= Math.min(a, b); m++) {
        const others = logFactorial[m]! + logFactorial[a - m]! + logFactorial[b - m]! + logFactorial[n - a - b + m]!
        sum += (m / n) * Math.log((n * m) / (a * b)) * Math.exp(fixed - others)
      }
      expected += timesA * timesB * sum
    }
  }
  return expected
}

/** How many groups have each size: equal sizes have equal expectations. */
function sizeCounts(sizes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  return counts
}

function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1)
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i)
  return logs
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
