import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { distrust } from './trust.ts'

function runWith(scores: readonly (readonly [rank1: number, balanced: number])[], finished: boolean): string {
  const run = temporaryFolder()
  mkdirSync(join(run, 'checkpoints'))
  const lines = scores.map(([rank1, identityBalancedMap], epoch) =>
    JSON.stringify({ kind: 'validation', step: epoch * 3, epoch, rank1, map: 0, identityBalancedMap }),
  )
  writeFileSync(join(run, 'log.jsonl'), lines.map((line) => `${line}\n`).join(''))
  if (finished) writeFileSync(join(run, 'metrics.json'), JSON.stringify({ split: 'validation' }))
  return run
}

test('a network that learned is trusted; one without a record is not judged', () => {
  const learned = runWith(
    [
      [0.1, 0.1],
      [0.6, 0.5],
    ],
    true,
  )
  expect(distrust(learned)).toBeUndefined()
  expect(distrust(temporaryFolder())).toBeUndefined()
})

test('one that was stopped, or learned nothing, is not', () => {
  const stopped = runWith(
    [
      [0.1, 0.1],
      [0.6, 0.5],
    ],
    false,
  )
  expect(distrust(stopped)).toBe(`${stopped}: do not trust these answers: its training was stopped before its end`)
  const worse = runWith(
    [
      [0.05, 0.2],
      [0, 0.1],
    ],
    true,
  )
  expect(distrust(worse)).toBe(
    `${worse}: do not trust these answers: training made it no better than it began; of the photos that it set aside it named 5 % rightly`,
  )
})
