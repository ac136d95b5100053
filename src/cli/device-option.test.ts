import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()

/** They take a model, and run no network: they copy it, compare what it did, or prove on the processor that a copy computes the same. */
const withoutNetwork = ['ensemble', 'export']

test('every command that runs a network has --device', () => {
  const having = (...flags: string[]) =>
    commands
      .map((make) => make())
      .filter(({ options }) => options.some(({ long, hidden }) => !hidden && flags.includes(long ?? '')))
      .map((command) => command.name())
  const runs = having('--model', '--threads', '--preset').filter((name) => !withoutNetwork.includes(name))
  expect([...runs, 'demo'].sort()).toEqual(having('--device').sort())
  expect(runs).toContain('locate')
})

test('audit refuses a device where it runs no network', async () => {
  expect(await runProgram(['audit', '--data', 'x', '--out', 'y', '--device', 'auto'], commands)).toBe(2)
  expect(output.stderr).toContain('--device: how a model is run, and no --model is named')
})
