import { AsyncLocalStorage } from 'node:async_hooks'
import type { Command, Option } from 'commander'
import { InputError, invariant } from '../base/index.ts'
import { collect } from './options.ts'

/** Options of the API whose flags have other names. */
export const renamedOptions: Readonly<Record<string, string>> = {
  encounterGapMinutes: 'encounterGap',
  falseMatch: 'costFalseMatch',
  memoryLimitBytes: 'memoryLimit',
  missedMatch: 'costMissedMatch',
  projections: 'projection',
  thumbnailPx: 'thumbnails',
}

/** Options that messages of other commands speak of, and the command that has them. */
export const optionsElsewhere: Readonly<Record<string, string>> = {
  excludeSame: 'evaluate',
  gallery: 'evaluate',
  scores: 'submit',
  set: 'train',
}

/** What does on the command line what these do in the API. */
export const commandsFor: Readonly<Record<string, string>> = {
  backboneNames: 'models',
  'summariseBackbone()': 'models',
  'train()': 'train',
  'calibrateModel()': 'calibrate',
  'crossValidate()': 'cv',
  'exportModel()': 'export',
  'exportTimm()': 'export --model RUN --out DIR --format timm',
  'openModel()': 'identify NEW-PHOTOS --gallery PHOTOS --model',
  'pullWeights()': 'weights pull',
  'tuneModel()': 'tune',
  'writeGallery()': 'gallery --model MODEL --data PHOTOS --overwrite --out',
}

interface Speaking {
  command?: Command
  /** Options of the API that have another name for what is read just now. */
  readonly names?: Readonly<Record<string, string>>
}

const running = new AsyncLocalStorage<Speaking>()

/** Does `work`, in which `inFlags` speaks of the options of the command that runs. */
export function speakingFlags<T>(program: Command, work: () => Promise<T>): Promise<T> {
  const speaking: Speaking = {}
  program.hook('preAction', (_, command) => {
    speaking.command = command
  })
  return running.run(speaking, work)
}

/** Does `work`, which takes options from flags of other names: `{ columns: 'galleryColumns' }`. Its errors and what it tells name those. */
export function speakingOf<T>(names: Readonly<Record<string, string>>, work: () => T): T {
  return running.run({ ...running.getStore(), names }, () => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      throw new InputError(inFlags(error.what), error.hint === undefined ? undefined : inFlags(error.hint))
    }
  })
}

/** A message of the library in the words of the command that runs; as it is where none does. */
export function inFlags(text: string): string {
  const { command, names = {} } = running.getStore() ?? {}
  if (command === undefined) return text
  return flagWords(
    text.replace(/`(\w+)(?=[`:])/g, (whole, name: string) => (Object.hasOwn(names, name) ? `\`${names[name]}` : whole)),
    command,
  )
}

const string = String.raw`"(?:[^"\\]|\\.)*"`
const list = String.raw`\[(?:${string}|[^"\]])*\]`
const value = String.raw`${string}|${list}|\{(?:${string}|${list}|[^"[\]}])*\}|[\w.-]+`
const pair = String.raw`(\w+): (${value})`
const anyPair = new RegExp(pair, 'g')
const onlyPairs = new RegExp(`^(?:${pair}(?:, |$))+$`)

/**
 * Puts the command line's words where a message names the API's (`optionText` in base tells how it does): `` `out` `` becomes `--out`,
 * `` `columns: {"identity":"name"}` `` `--columns identity=name`, and `` `train({ resume: true })` `` `` `rosette train --resume` ``.
 * What `command` has no flag for stays.
 */
export function flagWords(text: string, command: Command): string {
  return text.replace(/`([^`\n]+)`/g, (whole, inner: string) => {
    const flags = flagsOf(inner, command) ?? flagsElsewhere(inner, command) ?? commandOf(inner, command)
    return flags ?? whole
  })
}

/** `name` or `name: value, …` as flags; undefined where it is none of these, or not all of them are options of the command. */
function flagsOf(inner: string, command: Command): string | undefined {
  if (/^\w+$/.test(inner)) return optionOf(command, inner)?.long ?? undefined
  if (!onlyPairs.test(inner)) return undefined
  const flags = [...inner.matchAll(anyPair)].map(([, name = '', value = '']) => {
    const option = optionOf(command, name)
    return option && flagWith(option, valueOf(value))
  })
  return flags.every((flag) => flag !== undefined) ? flags.join(' ') : undefined
}

/** A name alone is the flag, one with a value the command to run with it. */
function flagsElsewhere(inner: string, command: Command): string | undefined {
  const name = optionsElsewhere[/^\w+/.exec(inner)?.[0] ?? '']
  const other = name === undefined ? undefined : siblingOf(command, name)
  const flags = other && flagsOf(inner, other)
  return flags?.includes(' ') ? `\`rosette ${name} ${flags}\`` : flags
}

/** A function or list of the API, with a text, with options, or with both, as the command that does the same. */
function commandOf(inner: string, command: Command): string | undefined {
  const [, name = '', call, given = ''] = /^(\w+)(\((.*)\))?$/.exec(inner) ?? []
  const words = commandsFor[call === undefined ? name : `${name}()`]
  if (words === undefined) return undefined
  const sibling = siblingOf(command, words.split(' ', 1)[0]!)
  const [, first = '', options] = /^(.*?)(?:, )?(?:\{ (.*) \})?$/.exec(given) ?? []
  const flags = options === undefined ? '' : sibling && flagsOf(options, sibling)
  const rest =
    flags === undefined ? undefined : [wordsOf(valueOf(first)), flags].filter((word) => word !== '').join(' ')
  return rest === undefined ? undefined : `\`rosette ${words}${rest === '' ? '' : ` ${rest}`}\``
}

/** A command as it is typed: `rosette identify --model RUN …`, given what its options are to be by their names in the API. */
export function asTyped(command: Command, options: Readonly<Record<string, unknown>>): string {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    const option = optionOf(command, name)
    invariant(option !== undefined, `${command.name()} has no option ${name}`)
    return flagWith(option, value)
  })
  return [`rosette ${command.name()}`, ...flags].join(' ')
}

function siblingOf(command: Command, name: string): Command | undefined {
  return command.parent?.commands.find((other) => other.name() === name)
}

/** Hidden options answer the habits of other programs, and are none of ours. */
function optionOf(command: Command, name: string): Option | undefined {
  const attribute = renamedOptions[name] ?? name
  const own = command.options.filter((option) => option.attributeName() === attribute)
  return own.find(({ hidden }) => !hidden) ?? own[0] // another name that the command takes too, where it has no own
}

function flagWith({ long, parseArg }: Option, value: unknown): string {
  if (value === true) return `${long}`
  if (Array.isArray(value) && parseArg === collect) return value.map((item) => `${long} ${wordsOf(item)}`).join(' ')
  return `${long} ${wordsOf(value)}`
}

/** A value of JSON, or the text itself where it is none. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** As it is typed: lists by commas, records as `key=value` (of a list `key=value,value`), in quotation marks where a shell would take it apart. */
export function wordsOf(value: unknown): string {
  const text = Array.isArray(value)
    ? value.join(',')
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map((entry) => entry.join('='))
          .join(',')
      : String(value)
  return /^[\p{L}\p{N}\p{M}_@%+=:,./…-]*$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
