import { expect, test } from 'vitest'
import { compute } from '../../test/golden.ts'
import { input } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { dropout, stochasticDepth } from './regularise.ts'
import { Scope } from './scope.ts'

const x = input('x', [2, 2, 1])

test('stochastic depth drops a photo’s branch, dropout single numbers: what is fed says which', async () => {
  const scope = Scope.root('training')
  const outputs = { path: stochasticDepth(scope, x, 0.2), cut: dropout(scope, x, 0.5) }
  expect(scope.randoms()).toEqual([
    { name: 'drop_path', shape: [2, 1, 1], keep: 0.8 },
    { name: 'dropout', shape: [2, 2, 1], keep: 0.5 },
  ])
  const { path, cut } = await compute(referenceBackend(), outputs, {
    x: float32([2, 2, 1], [1, 2, 3, 4]),
    drop_path: float32([2, 1, 1], [0, 1.25]),
    dropout: float32([2, 2, 1], [2, 0, 0, 2]),
  })
  expect(Array.from(path!.data, Number)).toEqual([0, 0, 3.75, 5])
  expect(Array.from(cut!.data, Number)).toEqual([2, 0, 0, 8])
})

test('neither does anything in inference, nor where nothing is dropped', () => {
  const inference = Scope.root('inference')
  expect(stochasticDepth(inference, x, 0.2)).toBe(x)
  expect(dropout(inference, x, 0.5)).toBe(x)
  const training = Scope.root('training')
  expect(stochasticDepth(training, x, 0)).toBe(x)
  expect(dropout(training, x, 0)).toBe(x)
  expect(training.randoms()).toEqual([])
})
