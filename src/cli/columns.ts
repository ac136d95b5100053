import { check } from '../base/index.ts'

/** `filename=path,identity=name` as a record. @throws InputError naming the part that is none. */
export function parseColumns(text: string): Record<string, string> {
  const pairs = text.split(',').map((part) => {
    const equals = part.indexOf('=')
    check(equals > 0 && equals < part.length - 1, `--columns: '${part}', expected field=column`)
    return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const
  })
  return Object.fromEntries(pairs)
}
