import type { TrainConfig } from './config.ts'
import { isKinded, kindDefaults, kindedKeys } from './kinds.ts'

/**
 * A configuration in part: what is left out stays as it is. Lists are given whole. A loss whose `kind` is given begins with that kind's
 * defaults.
 */
export type ConfigPart<T = TrainConfig> = T extends Scalar | readonly unknown[]
  ? T
  : { readonly [K in keyof T]?: ConfigPart<T[K]> | undefined }

type Scalar = string | number | boolean | null

/** What may be said over a preset: `path=value`, where values are JSON or text where they are none, or a part of a configuration. */
export type ConfigChange = string | ConfigPart

/** One value to be changed. */
export interface Setting {
  readonly path: readonly string[]
  readonly value: unknown
  /** As it was given, for errors: `` `set` epochs ``, `config.epochs`. */
  readonly where: string
}

/** The values that changes set, in turn, but a loss's kind first; of a part those that `config` has, or could have. */
export function settingsOf(changes: readonly ConfigChange[], config: TrainConfig): Setting[] {
  return kindsFirst(
    changes.flatMap((change) => (typeof change === 'string' ? [settingOf(change)] : leavesOf(change, config, []))),
  )
}

/** Whether the changes set the value at a path, or something that it is a part of. */
export function sets(changes: readonly ConfigChange[], path: readonly string[]): boolean {
  return changes.some((change) => {
    if (typeof change !== 'string') return valueAt(change, path) !== undefined
    const own = settingOf(change).path
    return own.length <= path.length && own.every((key, i) => key === path[i])
  })
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path; undefined where there is none. */
export function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined),
    config,
  )
}

/** An assignment taken apart; without `=` it has no path. */
function settingOf(assignment: string): Setting {
  const equals = Math.max(0, assignment.indexOf('='))
  const path = assignment.slice(0, equals)
  return {
    path: path === '' ? [] : path.split('.'),
    value: parseValue(assignment.slice(equals + 1)),
    where: `\`set\` ${path === '' ? assignment : path}`,
  }
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Every value of a part that takes the place of one: a whole object only where the configuration has none there. */
function leavesOf(part: unknown, config: unknown, path: readonly string[]): Setting[] {
  if (part === undefined) return []
  // a pair loss that is off is named in part as well
  const isPart = isObject(part) && (isObject(config) || (isKinded(path) && part.kind !== undefined))
  if (!isPart) return [{ path, value: part, where: ['config', ...path].join('.') }]
  return Object.entries(part).flatMap(([key, inner]) => leavesOf(inner, valueAt(config, [key]), [...path, key]))
}

/** A loss brings its defaults, which are not to take the place of what was said of it before; a whole loss begins anew. */
function kindsFirst(settings: readonly Setting[]): Setting[] {
  return kindedKeys.reduce(kindFirst, [...settings])
}

function kindFirst(settings: readonly Setting[], key: string): Setting[] {
  const whole = settings.findLastIndex(({ path }) => path.join('.') === key) + 1
  const later = settings.slice(whole)
  const isKind = ({ path, value }: Setting) =>
    path.join('.') === `${key}.kind` && kindDefaults(key, value) !== undefined
  return [...settings.slice(0, whole), ...later.filter(isKind), ...later.filter((setting) => !isKind(setting))]
}
