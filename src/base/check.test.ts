import { describe, expect, test } from 'vitest'
import { check, InputError, invariant, messageOf, nearest, unreachable } from './check.ts'

describe('errors', () => {
  test('of the caller carry a hint on a second line', () => {
    const error = new InputError('train: no photos', 'look at `data`')
    expect(error.message).toBe('train: no photos\nhint: look at `data`')
    expect(error.hint).toBe('look at `data`')
    expect(error.name).toBe('InputError')
    expect(new InputError('train: no photos').hint).toBeUndefined()
  })

  test('check throws InputErrors, invariant marks its own', () => {
    expect(() => check(false, 'here: wrong', 'mend it')).toThrow(new InputError('here: wrong', 'mend it'))
    expect(() => check('', 'here: wrong')).toThrow(InputError)
    expect(() => check(1, 'never')).not.toThrow()
    expect(() => invariant(0, 'lost')).toThrow('internal: lost')
    expect(() => invariant(false, 'lost')).not.toThrow(InputError)
    expect(() => unreachable('case' as never)).toThrow('internal: unexpected "case"')
  })

  test('have a message whatever was thrown', () => {
    expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined)]).toEqual(['a', 'b', 'undefined'])
  })
})

describe('nearest', () => {
  const keys = ['epochs', 'batch', 'learningRate', 'seed', 'lr']
  test.each([
    ['epohcs', 'epochs'],
    ['Epochs', 'epochs'],
    ['learning_rate', 'learningRate'],
    ['sed', 'seed'],
    ['l', 'lr'],
    ['zzzzzz', undefined],
    ['xy', undefined],
    ['', undefined],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, keys)).toBe(expected)
  })

  test('takes the first of equals, and an exact match over all', () => {
    expect(nearest('bat', ['cat', 'hat'])).toBe('cat')
    expect(nearest('hat', ['cat', 'hat'])).toBe('hat')
    expect(nearest('bat', [])).toBeUndefined()
  })
})
