import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandsFor, optionsElsewhere, renamedOptions } from '../src/cli/flag-words.ts'
import { commands } from '../src/cli/index.ts'

const src = join(import.meta.dirname, '..', 'src')
const program = commands.map((command) => command())

/** A flag, other than a property of CSS: `{--name:`, `;--name:` and `var(--name)`. */
const flag = /(?<![\w-]|var\(|[{;])--[a-z][\w-]*/
/** The name of a page is no advice to run a command. */
const command = new RegExp(`(?<!<title>.*)\\brosette (${program.map((one) => one.name()).join('|')})\\b`)

/** `file:line: text` of each line of the library that speaks the command line's words. */
function spoken(pattern: RegExp): string[] {
  const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^cli[./\\]/.test(name),
  )
  return names.flatMap((name) => {
    const lines = readFileSync(join(src, name), 'utf8').split('\n')
    return lines.flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}: ${line.trim()}`] : []))
  })
}

describe('the words of the command line', () => {
  test.each([
    ["'choose another name, or add --overwrite'", flag],
    ['`--split $' + '{split}: the model is no run folder`', flag],
    ["'--out: a exists already'", flag],
    ["'(--exclude-same)'", flag],
    ["'`rosette models` lists them'", command],
    ["'rosette train --resume goes on with it'", command],
  ])('are found in %s', (line, pattern) => {
    expect(pattern.test(line)).toBe(true)
  })

  test.each([
    [':root{--accent:#b3006b}', flag],
    ['color:var(--ink)', flag],
    ['models--timm--convnext', flag],
    ['a rosette reads, what rosette exports', command],
  ])('are not found in %s', (line, pattern) => {
    expect(pattern.test(line)).toBe(false)
  })

  test('stay in cli: the library names no flag and no command', () => {
    expect(spoken(flag)).toEqual([])
    expect(spoken(command)).toEqual([])
  })
})

describe('a number that may be one', () => {
  const nouns =
    'photos|steps|individuals|encounters|images|rows|queries|epochs|files|folds|animals|pairs|boxes|masks|columns|sightings|runs|models'
  const plural = new RegExp(`\\$\\{(?!counted|count\\()[\\w.!?()]*\\} (?:${nouns})\\b`, 'g')

  /** Names of sides, limits, rates, the last of a range, and what the text speaks of only where there are several. */
  const severalAlways =
    /\$\{(?:data\.)?split\}|maxPhotos|most\}|toFixed|perGroup|side\}|comments\}|missing-files|\$\{batch\}|heat-map\.ts: \$\{photos\}|\$\{rows\} queries/

  test('stands with its word by `counted`, or `count` of the charts', () => {
    const names = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!\.test)\.ts$/.test(name),
    )
    const found = names.flatMap((name) =>
      Array.from(readFileSync(join(src, name), 'utf8').matchAll(plural), ([text]) => `${name}: ${text}`),
    )
    expect(found.filter((line) => !severalAlways.test(line))).toEqual([])
  })
})

describe('what flags are made of exists', () => {
  test.each(Object.entries(renamedOptions))('%s is the option %s of a command', (_, attribute) => {
    expect(program.flatMap(({ options }) => options.map((option) => option.attributeName()))).toContain(attribute)
  })

  test.each(Object.entries(optionsElsewhere))('%s is an option of %s', (name, of) => {
    const { options = [] } = program.find((one) => one.name() === of) ?? {}
    expect(options.map((option) => option.attributeName())).toContain(name)
  })

  test.each(Object.entries(commandsFor))('%s is exported by a room, and done by %s', (called, words) => {
    const name = called.replace('()', '')
    const doors = readdirSync(src).flatMap((room) => {
      const door = join(src, room, 'index.ts')
      return /\.ts$|^cli$|^base$/.test(room) ? [] : [readFileSync(door, 'utf8')]
    })
    expect(doors.some((door) => new RegExp(`^export \\{[^}]*\\b${name}\\b`, 'm').test(door))).toBe(true)
    expect(program.map((one) => one.name())).toContain(words.split(' ', 1)[0])
  })
})
