import { describe, expect, it } from 'vitest'
import { similarLabels, similarNames, visible } from './similar-labels.ts'

describe('labels that look alike', () => {
  const alike: readonly (readonly [string, string])[] = [
    ['007', '7'],
    ['12', '12.0'],
    ['12', '12,0'],
    ['12', '012.00'],
    ['1.5', '1.50'],
    ['1E3', '1000'],
    ['1.2E+3', '1200'],
    ['El Jefe', 'el jefe'],
    ['El Jefe', 'El  Jefe'],
    ['El Jefe', 'El\u00a0Jefe'],
    ['El Jefe', 'El_Jefe'],
    ['El Jefe', 'El\u200bJefe'],
    ['J 01', 'J1'],
    ['El Jefe', 'ELJEFE'.replace('L', 'L ')],
    ['Ana', 'Ana\u200b'],
    ['Ana', 'A\u00adna'],
    ['Ana', 'Ａｎａ'],
    ['Weiß', 'WEISS'],
    ['J-01', 'J-1'],
    ['J-01', 'j\u20111'],
    ['Jaguar 003', 'Jaguar 3'],
    ["O'Neil", 'O’Neil'],
    ['fin', 'ﬁn'],
    ['2024-05-01', '2024-5-1'],
    ['00000000000000000000017', '17'],
  ]
  it.each(alike)('%j and %j', (a, b) => {
    expect(similarLabels([a, b, b])).toEqual([
      [
        { label: b, photos: 2 },
        { label: a, photos: 1 },
      ],
    ])
  })

  const apart: readonly (readonly [string, string])[] = [
    ['7', '70'],
    ['12', '1.2'],
    ['-7', '7'],
    ['A1.05', 'A1.5'],
    ['J1', 'J-1'],
    ['José', 'Jose'],
    ['Ana', 'Anna'],
    ['12345678901234567890', '12345678901234567891'],
    ['1', '1a'],
    ['10', '1'],
    ['1 2', '12'],
  ]
  it.each(apart)('but not %j and %j', (a, b) => {
    expect(similarLabels([a, b])).toEqual([])
  })

  it('are found among other names, where one is alike', () => {
    const names = ['Beads', '007', '7', 'Dado']
    expect([...similarNames(['beads', 'Dado', 'DADO ', 'x', '07'], names)]).toEqual([
      ['beads', 'Beads'],
      ['DADO ', 'Dado'],
    ])
  })

  it('show what cannot be seen', () => {
    expect(visible('Ana\u200b')).toBe("'Ana<U+200B>'")
    expect(visible('El\u00a0Jefe')).toBe("'El<U+00A0>Jefe'")
    expect(visible('El  Jefe')).toBe("'El  Jefe'")
  })
})
