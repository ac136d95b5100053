import * as z from 'zod'
import { InputError, nearest } from './check.ts'
import { counted } from './counted.ts'

/**
 * `value` as what `schema` describes. @throws InputError with every mistake at once, one a line: path, what was expected, what
 * was got, and the nearest valid key for one that is not known.
 */
export function parseStrictly<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.flatMap((issue) => linesOf(issue, schema, value))
  const count = counted(lines.length, 'mistake')
  throw new InputError(`${where}: ${count}\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

function linesOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const near = nearest(key, known)
      const cure = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
      return `${showPath([...issue.path, key])}: unknown key, ${cure}`
    })
  }
  return [describeIssue(issue, value)]
}

/** One mistake of a schema in house style: `path: expected X, got Y`. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const got = at(value, issue.path)
  const what = expectation(issue)
  return `${showPath(issue.path)}: ${got === undefined ? `missing, ${what}` : `${what}, got ${show(got)}`}`
}

/** Without zod's own words; of a union what each of its members expects. */
function expectation(issue: z.core.$ZodIssue): string {
  const members = issue.code === 'invalid_union' ? issue.errors.flatMap(([first]) => first ?? []) : []
  if (issue.message === 'Invalid input' && members.length > 0) {
    const wanted = members.map((member) => expectation(member).replace(/^expected /, ''))
    return `expected ${[...new Set(wanted)].join(' or ')}`
  }
  const expected = issue.message
    .replace(/^(Invalid input|Invalid option|Too small|Too big|Invalid string): /, '')
    .replace(/, received .*$/, '')
  return expected.startsWith('expected') ? expected : `expected ${expected}`
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
  let current: readonly unknown[] = members(schema)
  for (const key of path)
    current = current.flatMap((one) => (one instanceof z.ZodObject ? members(one.shape[String(key)]) : []))
  return [...new Set(current.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))]
}

/** A schema without what may be left out; of a union each of its kinds. */
function members(schema: unknown): readonly unknown[] {
  const plain = unwrap(schema)
  return plain instanceof z.ZodUnion ? plain.options.flatMap(members) : [plain]
}

function unwrap(schema: unknown): unknown {
  let current = schema
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault || current instanceof z.ZodNullable) {
    current = current.unwrap()
  }
  return current
}
