import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { protocolTable, rowsOfFiles } from './protocol-table.ts'

test.each([
  ['main', 80],
  ['further', 70],
] as const)('the page has the %s table that the rows give, to the last digit', (which, lines) => {
  const processors = ['intel-r-xeon-r-processor-family-6-model-167', 'amd-epyc-family-25-model-1']
  const files = processors.map((name) => readFileSync(`results/protocols-${name}.csv`, 'utf8'))
  const table = protocolTable(rowsOfFiles(files), which)
  expect(table.split('\n').length).toBeGreaterThan(lines)
  expect(readFileSync('docs/results.md', 'utf8')).toContain(`\n\n${table}\n\n`)
})

test('of several files the first counts where both have a model on the same photos', () => {
  const row = (data: string, model: string, value: string) =>
    `day,${data},"${model}",0,queries against a gallery,rank1,10,${value},0.1,0.9,0.1`
  const first = ['header', row('zoo', 'a, b', '0.5')].join('\n')
  const second = ['header', row('zoo', 'a, b', '0.6'), row('zoo', 'a', '0.7'), row('park', 'a, b', '0.8')].join('\n')
  expect(rowsOfFiles([first, `${second}\n`]).split('\n')).toEqual([
    ...['header', row('zoo', 'a, b', '0.5'), row('zoo', 'a', '0.7'), row('park', 'a, b', '0.8')],
  ])
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

test('what the first table has no room for stands in the second, and gaps in the first alone', () => {
  const cells = [
    'queries against a gallery,rank1,40,0.5,0.4,0.6,0.1',
    'queries against a gallery,identityBalancedRank1,40,0.0312,0.0210,0.0430,0.0100',
    'queries against a gallery,mapAtR,40,0.2000,0.1000,0.3000,0.0200',
    'gap on the same queries: from 0.5 to 0.4,rank1,10,-0.1000,-0.2000,0.0500,0.0000',
    'known and new individuals,baks,40,0.0260,0.0100,0.0500,0.0030',
    'known and new individuals,baus,40,0.3670,0.3000,0.4000,0.7000',
  ]
  const table = protocolTable(['header', ...cells.map((row) => `day,zoo,a,0,${row}`)].join('\n'), 'further')
  expect(table.split('\n').filter((_, i) => i !== 1)).toEqual([
    '| photos, protocol | queries | model | identity-balanced rank-1 | mAP@R | mINP | BAKS | BAUS |',
    '| zoo, new against known | 40 | a | 0.031 (0.021 to 0.043) | 0.200 (0.100 to 0.300) | – | – | – |',
    '|  |  | by chance | 0.010 | 0.020 | – | – | – |',
    '| zoo, known and new individuals | 40 | a | – | – | – | 0.026 (0.010 to 0.050) | 0.367 (0.300 to 0.400) |',
    '|  |  | by chance | – | – | – | 0.003 | 0.700 |',
  ])
})
