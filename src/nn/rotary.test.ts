import { expect, test } from 'vitest'
import { evaluate } from '../../test/differences.ts'
import { input } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { type RotaryConfig, rotary, rotaryAngles, rotate } from './rotary.ts'

const config: RotaryConfig = { positions: 'index', referenceGrid: 4, temperature: 100, pairs: 'neighbours' }

test('half of the pairs are turned by the row, half by the column, at frequencies 1 and 1/10', () => {
  const angles = rotaryAngles(config, [2, 4], 8)
  // row 1 of 2 lies at 2 on the grid of 4, column 3 of 4 at 3
  const last = angles.slice(-8)
  const expected = [2, 2, 0.2, 0.2, 3, 3, 0.3, 0.3]
  last.forEach((angle, i) => expect(angle).toBeCloseTo(expected[i]!, 12))
  expect(rotaryAngles({ ...config, pairs: 'halves' }, [2, 4], 8).slice(-8)[1]).toBeCloseTo(0.2, 12)
})

test('centred positions are patch centres from −1 to 1, as full turns', () => {
  const angles = rotaryAngles({ ...config, positions: 'centred' }, [2, 1], 4)
  expect(angles[0]).toBeCloseTo(-Math.PI, 12)
  expect(angles[4]).toBeCloseTo(Math.PI, 12)
  expect(angles[2]).toBeCloseTo(0, 12)
})

test.each(['neighbours', 'halves'] as const)(
  'pairs of %s turn, and the token before the patches does not',
  async (pairs) => {
    const own = { ...config, pairs }
    const x = input('x', [1, 1, 3, 4])
    const y = rotate(x, rotary(own, [1, 2], { prefix: 1, size: 4 }))
    const data = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]
    const results = await evaluate(referenceBackend({ floats: 'float64' }), { y }, { x: float32([1, 1, 3, 4], data) })
    const token = (i: number) => [...(results.y as Tensor<'float64'>).data].slice(4 * i, 4 * i + 4)
    expect(token(0)).toEqual([1, 2, 3, 4])
    expect(token(1)).toEqual([1, 2, 3, 4]) // row 0, column 0
    // the second pair is turned by column 1 of 2, which lies at 2
    const [a, b] = pairs === 'neighbours' ? [3, 4] : [2, 4]
    const turned = [a * Math.cos(2) - b * Math.sin(2), b * Math.cos(2) + a * Math.sin(2)]
    const at = pairs === 'neighbours' ? [2, 3] : [1, 3]
    at.forEach((place, i) => expect(token(2)[place]).toBeCloseTo(turned[i]!, 6))
  },
)
