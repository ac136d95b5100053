import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseStrictly } from './schema.ts'

const schema = z.strictObject({
  name: z.string(),
  size: z.strictObject({ heightPx: z.int().positive(), widthPx: z.int().positive().default(7) }).optional(),
  mean: z.tuple([z.number(), z.number()]),
  mode: z.enum(['a', 'b']),
})

function mistakes(value: unknown): string {
  try {
    parseStrictly(schema, value, 'm.json')
    return 'none'
  } catch (error) {
    return String(error)
  }
}

test('what fits comes back with its defaults', () => {
  expect(parseStrictly(schema, { name: 'x', size: { heightPx: 3 }, mean: [1, 2], mode: 'b' }, 'm.json')).toEqual({
    name: 'x',
    size: { heightPx: 3, widthPx: 7 },
    mean: [1, 2],
    mode: 'b',
  })
})

test('every mistake at once, with path, what was got and the nearest key', () => {
  const text = mistakes({ size: { heightPx: -1.5, widhtPx: 4 }, mean: [1, 'x'], mode: 'c', Name: 1 })
  expect(text.split('\n')).toEqual([
    'InputError: m.json: 6 mistakes',
    '  name: missing, expected string',
    '  size.heightPx: expected int, got -1.5',
    '  size.widhtPx: unknown key, did you mean widthPx?',
    '  mean[1]: expected number, got "x"',
    '  mode: expected one of "a"|"b", got "c"',
    '  Name: unknown key, did you mean name?',
  ])
})

test('of a union what each member expects', () => {
  const either = z.strictObject({ flip: z.union([z.literal(false), z.strictObject({ probability: z.number() })]) })
  expect(() => parseStrictly(either, { flip: 3 }, 'm.json')).toThrow('  flip: expected false or object, got 3')
})

test('something else altogether, and a key that is near none', () => {
  expect(mistakes([])).toBe('InputError: m.json: 1 mistake\n  the whole: expected object, got []')
  expect(mistakes({ name: 'x', mean: [1, 2], mode: 'a', zebra: 1 })).toContain(
    'zebra: unknown key, expected one of name, size, mean, mode',
  )
})

test('of a union by a kind the nearest key of any of its kinds', () => {
  const kinds = [
    z.strictObject({ kind: z.literal('map'), threshold: z.number().optional() }),
    z.strictObject({ kind: z.literal('boxes'), overlap: z.number().optional() }),
  ] as const
  const schema = z.strictObject({ output: z.discriminatedUnion('kind', [...kinds]) })
  expect(() => parseStrictly(schema, { output: { kind: 'map', treshold: 1 } }, 'a.json')).toThrow(
    'output.treshold: unknown key, did you mean threshold?',
  )
})
