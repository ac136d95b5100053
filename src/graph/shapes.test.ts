import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { int32 } from '../tensor/index.ts'
import {
  add,
  and,
  concat,
  constant,
  depthwiseConv,
  depthwiseConvWeight,
  equal,
  expand,
  flip,
  gridSample,
  input,
  inverseDeviation,
  less,
  matmul,
  mul,
  pad,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  standardise,
  transpose,
  where,
} from './build.ts'
import type { GraphShape } from './dim.ts'
import { broadcastShapes } from './shapes.ts'

const x = (...shape: GraphShape) => input(`x${shape}`, shape)

describe('wrong shapes are InputErrors that name the op', () => {
  const wrong: readonly (readonly [string, () => unknown])[] = [
    ['add: shapes [2, 3] and [2] do not broadcast', () => add(x(2, 3), x(2))],
    ['mul: shapes [N, 3] and [M, 3] do not broadcast', () => mul(x('N', 3), x('M', 3))],
    ['mul: shapes [N] and [2*N] do not broadcast', () => mul(x('N'), x('2*N'))],
    ['add: dtypes float32 and int32', () => add(x(2), input('labels', [2], 'int32'))],
    ['less: dtypes float32 and uint8', () => less(x(2), input('pixels', [2], 'uint8'))],
    ['equal: dtypes int32 and float32', () => equal(input('labels', [2], 'int32'), 1)],
    ['and: expected bool, got float32', () => and(less(x(2), 0), x(2))],
    ['where: condition, expected bool, got float32', () => where(x(2), 1, 2)],
    ['where: shapes [3] and [2] do not broadcast', () => where(less(x(3), 0), x(2), 0)],
    ['reduceSum: axis 2 of a tensor of rank 2', () => reduceSum(x(2, 3), { axes: [2] })],
    ['reduceMean: axis -3 of a tensor of rank 2', () => reduceMean(x(2, 3), { axes: [-3] })],
    ['reduceMax: axis 0 of a tensor of rank 0', () => reduceMax(x(), { axes: [0] })],
    ['reshape: [2, 3] does not fill [4, 2]', () => reshape(x(2, 3), [4, 2])],
    ['reshape: [2, 3] is no multiple of [4]', () => reshape(x(2, 3), [-1, 4])],
    ['reshape: [N, 3] does not fill [N, 4]', () => reshape(x('N', 3), ['N', 4])],
    ['reshape: [6] is no multiple of [N]', () => reshape(x(6), ['N', -1])],
    ['transpose: permutation [0, 2] of [2, 3]', () => transpose(x(2, 3), [0, 2])],
    ['transpose: permutation [0] of [2, 3]', () => transpose(x(2, 3), [0])],
    ['expand: [2, 3] to [3]', () => expand(x(2, 3), [3])],
    ['expand: shapes [2] and [3] do not broadcast', () => expand(x(2), [3])],
    ['concat: [2, 3] and [2, 4] along axis 0', () => concat([x(2, 3), x(2, 4)])],
    ['concat: [2, 3] and [2] along axis 0', () => concat([x(2, 3), x(2)])],
    ['concat: axis 2 of a tensor of rank 2', () => concat([x(2, 3), x(2, 3)], 2)],
    ['concat: sizes [N, 2] cannot be added', () => concat([x('N', 3), x(2, 3)])],
    ['slice: 1 to 4 of 3 along axis 1', () => slice(x(2, 3), 1, 1, 4)],
    ['slice: 2 to 2 of 3 along axis 1', () => slice(x(2, 3), 1, 2, 2)],
    ['slice: axis 2 of a tensor of rank 2', () => slice(x(2, 3), 2, 0, 1)],
    ['pad: -1 before and 0 after along axis 0', () => pad(x(2, 3), 0, -1, 0)],
    ['pad: axis 5 of a tensor of rank 2', () => pad(x(2, 3), 5, 1, 0)],
    ['flip: axis 2 of a tensor of rank 2', () => flip(x(2, 3), [2])],
    ['matmul: inner sizes, 3 of [2, 3] and 4 of [4, 2]', () => matmul(x(2, 3), x(4, 2))],
    ['matmul: inner sizes, 2 of [2, 3] and 4 of [4, 2]', () => matmul(x(2, 3), x(4, 2), { transA: true })],
    ['matmul: [2, 3] by [3]', () => matmul(x(2, 3), x(3))],
    ['matmul: shapes [2] and [3] do not broadcast', () => matmul(x(2, 1, 4), x(3, 4, 1))],
    ['depthwiseConv: x [1, 4, 4, 3], w [2, 1, 3, 3]', () => depthwiseConv(x(1, 4, 4, 3), x(2, 1, 3, 3), 1)],
    ['depthwiseConv: x [1, 4, 4, 3], w [3, 1, 3, 5]', () => depthwiseConv(x(1, 4, 4, 3), x(3, 1, 3, 5), 1)],
    ['depthwiseConv: x [4, 4, 3], w [3, 3]', () => depthwiseConv(x(4, 4, 3), x(3, 3), 1)],
    ['depthwiseConv: kernel 5 is larger than its input', () => depthwiseConv(x(1, 4, 2, 3), x(3, 1, 5, 5), 0)],
    ['depthwiseConv: pad 3 of a 3×3 kernel, expected 0 to 2', () => depthwiseConv(x(1, 4, 4, 3), x(3, 1, 3, 3), 3)],
    [
      'depthwiseConvWeight: x [1, 4, 4, 3], dy [2, 4, 4, 3]',
      () => depthwiseConvWeight(x(1, 4, 4, 3), x(2, 4, 4, 3), 1),
    ],
    [
      'depthwiseConvWeight: x [1, 4, 4, 3], dy [1, 4, 3, 3]',
      () => depthwiseConvWeight(x(1, 4, 4, 3), x(1, 4, 3, 3), 1),
    ],
    ['standardise: a scalar has no last axis', () => standardise(x(), 1e-6)],
    ['inverseDeviation: a scalar has no last axis', () => inverseDeviation(x(), 1e-6)],
    ['gridSample: x [1, 3, 4, 4], grid [1, 2, 2, 3]', () => gridSample(x(1, 3, 4, 4), x(1, 2, 2, 3))],
    ['gridSample: x [1, 3, 4, 4], grid [2, 2, 2, 2]', () => gridSample(x(1, 3, 4, 4), x(2, 2, 2, 2))],
  ]
  test.each(wrong)('%s', (message, build) => {
    expect(build).toThrow(InputError)
    expect(build).toThrow(message)
  })
})

describe('builders', () => {
  test('give back their argument where nothing changes', () => {
    const value = x(2, 3)
    const same = [
      reshape(value, [2, -1]),
      transpose(value, [0, 1]),
      expand(value, [2, 3]),
      concat([value]),
      slice(value, 1, 0, 3),
      pad(value, 0, 0, 0),
      reduceSum(value, { axes: [] }),
    ]
    for (const result of same) expect(result).toBe(value)
  })

  test('know symbolic sizes', () => {
    const shapes = [
      reshape(x('N', 4, 6), [-1, 6]).shape,
      reshape(x('4*N', 6), ['N', -1]).shape,
      reshape(x('4*N', 6), ['2*N', -1]).shape,
      concat([x('N', 2), x('N', 2)], 0).shape,
      concat([x('N', 2), x('3*N', 2)], 0).shape,
      matmul(x('N', 4), x(4, 2)).shape,
      add(x('N', 1), x(1, 3)).shape,
      reduceSum(x('N', 3), { axes: [0], keepDims: true }).shape,
      transpose(x('N', 2, 3), [2, 0, 1]).shape,
      depthwiseConv(x('N', 5, 6, 2), x(2, 1, 3, 3), 0).shape,
    ]
    expect(shapes).toEqual([
      ['4*N', 6],
      ['N', 24],
      ['2*N', 12],
      ['2*N', 2],
      ['4*N', 2],
      ['N', 2],
      ['N', 3],
      [1, 3],
      [3, 'N', 2],
      ['N', 3, 4, 2],
    ])
  })

  test('take numbers as float32 scalars', () => {
    const { inputs } = mul(x(2), 0.1)
    expect(inputs[1]).toMatchObject({ op: 'constant', shape: [], attrs: { value: { data: Float32Array.of(0.1) } } })
    expect(constant(int32([2], [1, 2]))).toMatchObject({ shape: [2], dtype: 'int32' })
  })
})

test('broadcastShapes follows NumPy', () => {
  expect(broadcastShapes('x', [2, 1, 4], [3, 1])).toEqual([2, 3, 4])
  expect(broadcastShapes('x', [], [2])).toEqual([2])
  expect(broadcastShapes('x', [1], ['N', 1])).toEqual(['N', 1])
})
