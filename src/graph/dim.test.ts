import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { dimProduct, dimQuotient, dimSum, showShape, splitDim, staticDim, staticShape } from './dim.ts'

describe('symbolic sizes', () => {
  test('split into coefficient and symbol', () => {
    expect(splitDim(3)).toEqual({ coefficient: 3, symbol: undefined })
    expect(splitDim('N')).toEqual({ coefficient: 1, symbol: 'N' })
    expect(splitDim('12*N')).toEqual({ coefficient: 12, symbol: 'N' })
  })

  test('multiply, divide and add', () => {
    expect([dimProduct([2, 'N', 3]), dimProduct([]), dimProduct(['2*N', 1])]).toEqual(['6*N', 1, '2*N'])
    expect([dimQuotient(['N', 6], [2]), dimQuotient(['4*N'], ['2*N']), dimQuotient([6], [6])]).toEqual(['3*N', 2, 1])
    expect([dimSum([1, 2]), dimSum(['N', '2*N'])]).toEqual([3, '3*N'])
  })

  test('that cannot be told', () => {
    expect(() => dimProduct(['N', 'M'])).toThrow('product of two symbolic sizes in [N, M]')
    expect(() => dimQuotient(['N'], ['M'])).toThrow(InputError)
    expect(() => dimQuotient([7], [2])).toThrow(InputError)
    expect(() => dimSum(['N', 1])).toThrow(InputError)
    expect(() => staticDim('N')).toThrow('a static size was expected, got N')
    expect(() => staticDim(undefined)).toThrow('got undefined')
  })

  test('are shown, and are numbers where all are known', () => {
    expect([showShape(['N', 3]), showShape([])]).toEqual(['[N, 3]', '[]'])
    expect(staticShape([2, 3])).toEqual([2, 3])
  })
})
