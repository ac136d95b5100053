import { z } from 'zod'
import { InputError, nearest } from './check.ts'

/**
 * `value` as what `schema` describes. @throws InputError with every mistake at once, one a line: path, what was expected, what
 * was got, and the nearest valid key for one that is not known.
 */
export function parseStrictly<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.flatMap((issue) => linesOf(issue, schema, value))
  const count = lines.length === 1 ? '1 mistake' : `${lines.length} mistakes`
  throw new InputError(`${where}: ${count}\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

function linesOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): string[] {
  const path = showPath(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const near = nearest(key, known)
      const cure = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
      return `${showPath([...issue.path, key])}: unknown key, ${cure}`
    })
  }
  const got = at(value, issue.path)
  const expected = issue.message
    .replace(/^(Invalid input|Invalid option|Too small|Too big|Invalid string): /, '')
    .replace(/, received .*$/, '')
  const wanted = expected.startsWith('expected') ? expected : `expected ${expected}`
  return [`${path}: ${got === undefined ? 'missing, ' : ''}${wanted}${got === undefined ? '' : `, got ${show(got)}`}`]
}

function showPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole'
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('')
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (v: unknown, key) => (typeof v === 'object' && v !== null ? Reflect.get(v, key) : undefined),
    value,
  )
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** The keys of the object schema that lies at a path, through optional and default wrappers. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema
  for (const key of path) {
    current = unwrap(current)
    if (!(current instanceof z.ZodObject)) return []
    current = current.shape[String(key)]
  }
  current = unwrap(current)
  return current instanceof z.ZodObject ? Object.keys(current.shape) : []
}

function unwrap(schema: unknown): unknown {
  let current = schema
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault || current instanceof z.ZodNullable) {
    current = current.unwrap()
  }
  return current
}
