import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { protocolTable } from './protocol-table.ts'

test('the page has the table that the rows give, to the last digit', () => {
  const table = protocolTable(readFileSync('results/protocols-intel-r-xeon-r-processor-family-6-model-167.csv', 'utf8'))
  expect(table.split('\n').length).toBeGreaterThan(40)
  expect(readFileSync('docs/results.md', 'utf8')).toContain(`\n\n${table}\n\n`)
})

test('seeds become a mean with σ and the interval of the first, and a share is rounded once', () => {
  const rows = ['"a, b",1,queries against a gallery,rank1,259,0.0425,0.0190,0.0690,0.0100'].map(
    (row) => `day,zoo,${row}`,
  )
  const gap = 'day,zoo,"a, b",1,gap on the same queries: from 0.5 to 0.4,rank1,10,-0.1000,-0.2000,0.0500,0.0000'
  expect(
    protocolTable(['header', ...rows, gap].join('\n'))
      .split('\n')
      .slice(2),
  ).toEqual([
    '| zoo, new against known | 259 | a, b | – | 0.042 (0.019 to 0.069) | – |',
    '|  |  | by chance | – | 0.010 | – |',
    '| zoo, the gap: all photos, then the same sighting left out | 10 | a, b | – | −0.100 (−0.200 to 0.050) | – |',
  ])
})
