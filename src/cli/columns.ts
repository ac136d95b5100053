import { check } from '../base/index.ts'

/** `filename=path,identity=name` as a record. @throws InputError naming the part that is none, and a field that stands twice. */
export function parseColumns(text: string): Record<string, string> {
  const pairs = text.split(',').map((part) => {
    const equals = part.indexOf('=')
    check(equals > 0 && equals < part.length - 1, `--columns: '${part}', expected field=column`)
    return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const
  })
  const twice = pairs.map(([field]) => field).filter((field, i, all) => all.indexOf(field) !== i)
  check(
    twice.length === 0,
    `--columns: expected one column for each field, got more for ${[...new Set(twice)].join(', ')}`,
  )
  return Object.fromEntries(pairs)
}
