import { expect, test } from 'vitest'
import { InputError } from './check.ts'
import { parseJson } from './parse-json.ts'

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test('JSON becomes a value, whatever stands in its strings', () => {
  const value = { a: ['[[[', '"{', '\\', '\\"'], b: { c: nested(1000) } }
  expect(parseJson(JSON.stringify(value), 'x')).toEqual(value)
})

test('what is no JSON, or nested too deep to be looked at, is told with its name', () => {
  expect(() => parseJson('{"a":', 'a.json')).toThrow(/^a\.json: not JSON \(/)
  expect(parseJson(nested(200), 'a.json')).toHaveLength(1)
  for (const text of [nested(201), nested(100_000), `{"a":${nested(200)}}`, `["]]\\"]",${nested(200)}]`]) {
    expect(() => parseJson(text, 'a.json')).toThrow('a.json: JSON nested deeper than 200 levels')
    expect(() => parseJson(text, 'a.json')).toThrow(InputError)
  }
})
