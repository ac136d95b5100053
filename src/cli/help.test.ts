import { Command, Option } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let out = ''
beforeEach(() => {
  out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

async function helpOf(name: string, from = commands): Promise<string> {
  out = ''
  expect(await runProgram([name, '--help'], from)).toBe(0)
  return out
}

test('required options come first and are marked; choices and a default are told once', async () => {
  const jump = () =>
    new Command('jump')
      .option('--far', 'farther')
      .addOption(new Option('--style <s>', 'how').choices(['flop', 'scissors']).default('flop'))
      .addOption(new Option('--pole <m>', 'its length').default(undefined, 'none'))
      .addOption(new Option('--names <n>', 'whom to tell').default(['a', 'b']))
      .requiredOption('--height <m>', 'metres')
  expect((await helpOf('jump', [jump])).split('\n').slice(2)).toEqual([
    'Options:',
    '  --height <m>  metres (required)',
    '  --far         farther',
    '  --style <s>   how (one of: flop, scissors; default: flop)',
    '  --pole <m>    its length (default: none)',
    '  --names <n>   whom to tell (default: a,b)',
    '  -h, --help    display help for command',
    '',
  ])
})

test('the list of commands has each by its name, in lines of 80 columns at most', async () => {
  expect(await runProgram(['--help'], commands)).toBe(0)
  for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command().name()} +[a-z]`, 'm'))
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
})

describe.each(commands.map((command) => [command().name(), command] as const))('rosette %s --help', (name, command) => {
  test('fits into 80 columns, examples too', async () => {
    expect((await helpOf(name)).split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('marks every required option, and no other', async () => {
    const marked = optionsIn(await helpOf(name)).filter((text) => text.includes('(required)'))
    const required = command().options.filter(({ mandatory }) => mandatory)
    expect(marked.map(longName).sort()).toEqual(required.map(({ long }) => long).sort())
  })

  test('tells each default once', async () => {
    for (const { description } of command().options) expect(description).not.toContain('default')
    for (const text of optionsIn(await helpOf(name))) {
      expect([longName(text), text.split('default').length - 1 <= 1]).toEqual([longName(text), true])
    }
  })

  test('has examples whose options exist', async () => {
    const examples = /\nExamples?:\n([\s\S]*?)(\n\n|\n?$)/.exec(await helpOf(name))![1]!.replaceAll('\\\n', '')
    const known = commands.flatMap((any) => any().options.map(({ long }) => long))
    const used = [...examples.matchAll(/ (--[a-z-]+)/g)].map((match) => match[1])
    expect(used.filter((option) => !known.includes(option))).toEqual([])
  })
})

/** Each option of a help text with its words, in one line. */
function optionsIn(help: string): string[] {
  const [options = ''] = help.split(/\nExamples?:\n/)
  return options
    .split(/\n(?= {2}-)/)
    .slice(1)
    .map((text) => text.replace(/\s+/g, ' '))
}

function longName(text: string): string | undefined {
  return /--[\w-]+/.exec(text)?.[0]
}
