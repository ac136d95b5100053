import { expect, test } from 'vitest'
import { clusteringLines, verificationLines } from './score-table.ts'

test('a limit near 1 has as many decimals as tell it from 1', () => {
  const at = [
    { fmr: 0.01, fnmr: 0.25, threshold: 0.71449, intervals: { identity: [0.2014, 0.3], encounter: null } },
    { fmr: 0.001, fnmr: 0.5, threshold: 0.9999861, intervals: { identity: null, encounter: null } },
  ]
  expect(verificationLines({ verification: { at } } as never)).toEqual([
    'pairs     with a limit at similarity 0.714, 1 % of pairs of two individuals are taken for one, and 25 % of pairs of one are missed (95 % interval 20.1 % to 30.0 %; by chance 99 %)',
    'pairs     with a limit at similarity 0.999986, 0.1 % of pairs of two individuals are taken for one, and 50 % of pairs of one are missed (by chance 99.9 %)',
  ])
})

test('clusters have the interval of each score behind it, where there is one', () => {
  const known = {
    ami: 0.5,
    ari: 0.31,
    intervals: { identity: { ami: [0.4, 0.6], ari: [-0.01, 0.63] }, encounter: null },
  }
  const unknown = { ami: 0.25, ari: 0.125, groups: 7, intervals: { identity: null, encounter: null } }
  const clustering = { identities: 5, numberKnown: known, numberUnknown: unknown }
  expect(clusteringLines({ clustering } as never)).toEqual([
    'clusters  AMI 0.500 (0.400 to 0.600), ARI 0.310 (−0.010 to 0.630) with the number of individuals given (5); AMI 0.250, ARI 0.125 with 7 found (in brackets 95 % intervals; by chance 0)',
  ])
})
