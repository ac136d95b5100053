import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

/** How far a family's golden model is from timm: ‖a − b‖ / ‖b‖, of the gradients the worst parameter. */
export interface ParityRow {
  readonly family: string
  readonly variant: string
  readonly backend: string
  readonly forward: number
  readonly gradients: number
}

const file = fileURLToPath(new URL('../results/parity-timm.csv', import.meta.url))
const header = 'family,variant,backend,forward_error,gradient_error'
const rows: ParityRow[] = []

/** Keeps a row for results/parity-timm.csv. */
export function recordParity(row: ParityRow): void {
  rows.push(row)
}

/**
 * Called once in a test file that records: with ROSETTE_PARITY=1 its families' rows in results/parity-timm.csv are replaced when
 * its tests are through.
 */
export function writeParityAtEnd(): void {
  afterAll(() => {
    if (process.env.ROSETTE_PARITY !== '1') return
    const families = new Set(rows.map(({ family }) => family))
    const before = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : []
    const kept = before.filter((line) => !families.has(line.split(',')[0]!))
    const own = rows.map(({ family, variant, backend, forward, gradients }) =>
      [family, variant, `"${backend}"`, forward.toExponential(1), gradients.toExponential(1)].join(','),
    )
    writeFileSync(file, `${[header, ...[...kept, ...own].sort()].join('\n')}\n`)
  })
}
