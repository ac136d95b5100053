import { InvalidArgumentError, type Option } from 'commander'
import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { commands } from './index.ts'

/** Every option of every command that turns its words into a number. */
const numeric = commands
  .map((command) => command())
  .flatMap((command) => command.options.map((option) => [`${command.name()} ${option.long}`, option] as const))
  .filter(([, option]) => valueOf(option, '1') === 1 || valueOf(option, '0.5') === 0.5)

function valueOf({ parseArg }: Option, text: string): unknown {
  try {
    return parseArg?.(text, undefined as never)
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message
    if (error instanceof InputError) return undefined // an option of another program
    throw error
  }
}

const sentence = /^Expected a (whole )?number/

test('they are found', () => {
  const names = numeric.map(([name]) => name)
  for (const name of [
    'train --threads',
    'train --seed',
    'train --freeze',
    'watch --port',
    'identify --top',
    'report --explain',
  ])
    expect(names).toContain(name)
  expect(names.length).toBeGreaterThan(40)
})

describe.each(numeric)('%s', (name, option) => {
  test('has an upper bound, which its error tells', () => {
    const largest = name.endsWith('--seed') ? 2 ** 53 : name.endsWith('--limit-pixels') ? 2e9 : 70_000
    for (const text of [String(largest), '1e300', '99999999999999999999', 'Infinity'])
      expect(valueOf(option, text), text).toMatch(
        /^Expected a (whole )?number( above 0|, 0 or above|.* (from|between) .* (to|and) \d+|.*at most .*)\.$/,
      )
    expect(valueOf(option, String(largest))).toMatch(/ (to|and|most) \d+\.$/)
  })

  test.each(['', ' ', '-1', 'NaN', 'ten', '1e-400x', '0x'])('refuses %j', (text) => {
    expect(valueOf(option, text)).toMatch(sentence)
  })
})
