import type { z } from 'zod'
import { check, describeIssue, InputError, nearest } from '../base/index.ts'
import { identityLossDefaults, isLossKind } from '../nn/index.ts'
import { type TrainConfig, trainConfigSchema, trainDefaults } from './config.ts'
import { type PresetName, presets } from './presets.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * A preset with `path=value` assignments applied in turn, the loss's kind first: values are JSON, or text where they are none.
 * @throws InputError telling all mistakes at once, each with its path; unknown ones with the nearest that exists.
 */
export function resolveConfig(preset: string, assignments: readonly string[] = []): TrainConfig {
  const names = Object.keys(presets)
  check(Object.hasOwn(presets, preset), `--preset: '${preset}' is not known`, `one of ${names.join(', ')}`)
  const config = structuredClone(presets[preset as PresetName]) as unknown as Json
  const problems: string[] = []
  let current = config
  for (const assignment of kindsFirst(assignments)) {
    const equals = assignment.indexOf('=')
    if (equals < 1) {
      problems.push(`--set ${assignment}: expected path=value`)
      continue
    }
    const path = assignment.slice(0, equals)
    const changed = assign(current, path.split('.'), parseValue(assignment.slice(equals + 1)))
    if (changed === undefined) problems.push(unknownPath(path, current))
    else current = changed
  }
  const parsed = trainConfigSchema.safeParse(current)
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => linesOf(issue, current)))
  if (!parsed.success || problems.length > 0) throw new InputError(`config:\n  ${[...new Set(problems)].join('\n  ')}`)
  return parsed.data
}

/** Checks a config read from a file. @throws InputError naming `where`. */
export function parseConfig(value: unknown, where: string): TrainConfig {
  const parsed = trainConfigSchema.safeParse(value)
  if (!parsed.success)
    throw new InputError(
      `${where}:\n  ${parsed.error.issues.flatMap((issue) => linesOf(issue, value as Json)).join('\n  ')}`,
    )
  return parsed.data
}

/** A loss brings its defaults, which are not to take the place of what was said of it before; a whole `loss=…` begins anew. */
function kindsFirst(assignments: readonly string[]): string[] {
  const whole = assignments.findLastIndex((assignment) => assignment.startsWith('loss=')) + 1
  const later = assignments.slice(whole)
  const isKind = (assignment: string) => assignment.startsWith('loss.kind=')
  return [...assignments.slice(0, whole), ...later.filter(isKind), ...later.filter((a) => !isKind(a))]
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** The object with the value at the path replaced; undefined where the path does not exist. */
function assign(target: Json, [key, ...rest]: readonly string[], value: Json): Json | undefined {
  if (key === undefined) return value
  if (!isObject(target) || !Object.hasOwn(target, key)) return undefined
  const kind = key === 'loss' && rest.join('.') === 'kind' ? String(value) : ''
  if (isLossKind(kind) && at(target, ['loss', 'kind']) !== kind)
    return { ...target, loss: { ...identityLossDefaults(kind) } }
  const inner = assign(target[key] as Json, rest, value)
  return inner === undefined ? undefined : { ...target, [key]: inner }
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownPath(path: string, config: Json): string {
  const keys = path.split('.')
  for (let n = 1; n < keys.length; n++) {
    const [key, whole] = [keys.slice(0, n).join('.'), at(trainDefaults as unknown as Json, keys.slice(0, n))]
    if (at(config, keys.slice(0, n)) === false && whole !== undefined && isObject(whole))
      return `--set ${path}: ${key} is off; switch it on first: --set '${key}=${JSON.stringify(whole)}'`
  }
  const near = nearest(path, pathsOf(config, ''))
  return `--set ${path}: no such key${near === undefined ? '' : `; did you mean ${near}?`}`
}

function pathsOf(value: Json, prefix: string): string[] {
  if (!isObject(value)) return [prefix]
  const own = prefix === '' ? [] : [prefix]
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, prefix === '' ? key : `${prefix}.${key}`)),
  ]
}

function at(config: Json, path: readonly PropertyKey[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) =>
      value !== undefined && isObject(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined,
    config,
  )
}

/** One line a mistake; for an unknown key the nearest that belongs there. */
function linesOf(issue: z.core.$ZodIssue, config: Json): string[] {
  const { path } = issue
  const found = at(config, path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, knownKeys(path, found))
      return `${[...path, key].join('.')}: no such key${near === undefined ? '' : `; did you mean ${[...path, near].join('.')}?`}`
    })
  }
  // false or an object: an object's mistakes are those of the object's schema, which stands last
  if (issue.code === 'invalid_union' && found !== undefined && isObject(found)) {
    const inner = issue.errors.at(-1) ?? []
    if (inner.length > 0) return inner.flatMap((error) => linesOf({ ...error, path: [...path, ...error.path] }, config))
  }
  return [describeIssue(issue, config)]
}

function knownKeys(path: readonly PropertyKey[], found: Json | undefined): string[] {
  const kind = found !== undefined && isObject(found) ? String(found.kind) : ''
  const isLoss = path.join('.') === 'loss' && isLossKind(kind)
  return Object.keys((isLoss ? identityLossDefaults(kind) : at(trainDefaults as unknown as Json, path)) ?? {})
}
