import type { z } from 'zod'
import { check, describeIssue, InputError, nearest, optionText } from '../base/index.ts'
import { pretrainedOf } from '../models/index.ts'
import { type TrainConfig, trainConfigSchema, trainDefaults } from './config.ts'
import { foreignHint } from './foreign-backbone.ts'
import { idleSettings } from './idle-settings.ts'
import { isKinded, kindDefaults } from './kinds.ts'
import { meantSettings } from './meant-setting.ts'
import { type PresetName, presets } from './presets.ts'
import { type ConfigChange, isObject, sets, settingsOf, valueAt } from './setting.ts'

/**
 * A preset with changes applied in turn, the loss's kind first: `path=value` assignments, or parts of a configuration.
 * @throws InputError telling all mistakes at once, each with its path; unknown ones with the nearest that exists.
 */
export function resolveConfig(preset: string, changes: readonly ConfigChange[] = []): TrainConfig {
  const names = Object.keys(presets)
  check(isPreset(preset), `\`preset\`: '${preset}' is not known`, `one of ${names.join(', ')}`)
  return changedConfig(presets[preset], changes)
}

/** A configuration with changes applied in turn. @throws InputError as `resolveConfig`. */
export function changedConfig(base: TrainConfig, changes: readonly ConfigChange[]): TrainConfig {
  const problems: string[] = []
  let current: unknown = structuredClone(base)
  for (const { path, value, where } of settingsOf(changes, base)) {
    const changed = path.length === 0 ? undefined : assign(current, path, value)
    if (path.length === 0) problems.push(`${where}: expected path=value`)
    else if (changed === undefined)
      problems.push(`${where}: ${backboneWords(path, value) ?? unknownPath(path, current)}`)
    else current = changed
  }
  if (outgrown(base, changes)) current = assign(current, ['weights'], null)
  const parsed = trainConfigSchema.safeParse(current)
  problems.push(
    ...(parsed.success
      ? idleSettings(parsed.data, base, changes)
      : parsed.error.issues.flatMap((issue) => linesOf(issue, current))),
  )
  if (!parsed.success || problems.length > 0) throw new InputError(`config:\n  ${[...new Set(problems)].join('\n  ')}`)
  return parsed.data
}

/** Weights that come with rosette are of the preset's own network: another one, without weights of its own, begins from random numbers. */
function outgrown({ weights }: TrainConfig, changes: readonly ConfigChange[]): boolean {
  const isShipped = weights !== null && pretrainedOf(weights)?.shipped === true
  return isShipped && sets(changes, ['model', 'backbone']) && !sets(changes, ['weights'])
}

function isPreset(name: string): name is PresetName {
  return Object.hasOwn(presets, name)
}

/** Checks a config read from a file. @throws InputError naming `where`. */
export function parseConfig(value: unknown, where: string): TrainConfig {
  const parsed = trainConfigSchema.safeParse(value)
  if (!parsed.success)
    throw new InputError(`${where}:\n  ${parsed.error.issues.flatMap((issue) => linesOf(issue, value)).join('\n  ')}`)
  return parsed.data
}

/** The object with the value at the path replaced; undefined where the path does not exist. */
function assign(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (!isObject(target) || !Object.hasOwn(target, key)) return undefined
  const defaults = rest.join('.') === 'kind' ? kindDefaults(key, value) : undefined
  if (defaults !== undefined && valueAt(target, [key, 'kind']) !== value) return { ...target, [key]: { ...defaults } }
  const inner = assign(target[key], rest, value)
  return inner === undefined ? undefined : { ...target, [key]: inner }
}

/** `backbone` stands under `model`, and is an option of its own, which sets the weights as well. */
function backboneWords(path: readonly string[], value: unknown): string | undefined {
  if (path.join('.') !== 'backbone' || typeof value !== 'string') return undefined
  return `no such key; ${foreignHint(value) ?? `${optionText({ backbone: value })} sets model.backbone and its weights`}`
}

function unknownPath(path: readonly string[], config: unknown): string {
  for (let n = 1; n < path.length; n++) {
    const [outer, whole] = [path.slice(0, n), valueAt(trainDefaults, path.slice(0, n))]
    if (isKinded(outer) && valueAt(config, outer) === null)
      return `${outer.join('.')} is off; name its kind first: ${optionText({ set: [`${outer.join('.')}.kind=…`] })}`
    if (valueAt(config, outer) === false && isObject(whole))
      return `${outer.join('.')} is off; switch it on first: ${optionText({ set: [`${outer.join('.')}=${JSON.stringify(whole)}`] })}`
  }
  if (path.at(-1) === 'seed') return 'no such key; `seed` is an option of its own'
  const meant = meantSettings(path, pathsOf(config, ''))
  return `no such key${meant.length === 0 ? '' : `; did you mean ${meant.join(' and ')}?`}`
}

function pathsOf(value: unknown, prefix: string): string[] {
  if (!isObject(value)) return [prefix]
  const own = prefix === '' ? [] : [prefix]
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, prefix === '' ? key : `${prefix}.${key}`)),
  ]
}

/** One line a mistake; for an unknown key the nearest that belongs there. */
function linesOf(issue: z.core.$ZodIssue, config: unknown): string[] {
  const { path } = issue
  const found = valueAt(config, path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, knownKeys(path, found))
      return `${[...path, key].join('.')}: no such key${near === undefined ? '' : `; did you mean ${[...path, near].join('.')}?`}`
    })
  }
  // false or an object: an object's mistakes are those of the object's schema, which stands last
  if (issue.code === 'invalid_union' && isObject(found)) {
    const inner = issue.errors.at(-1) ?? []
    if (inner.length > 0) return inner.flatMap((error) => linesOf({ ...error, path: [...path, ...error.path] }, config))
  }
  return [describeIssue(issue, config)]
}

function knownKeys(path: readonly PropertyKey[], found: unknown): string[] {
  const ofKind = isObject(found) ? kindDefaults(path.join('.'), found.kind) : undefined
  return Object.keys(ofKind ?? valueAt(trainDefaults, path) ?? {})
}
