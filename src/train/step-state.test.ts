import { expect, test } from 'vitest'
import { add, input } from '../graph/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import { StepState } from './step-state.ts'

const graph = (...changed: readonly string[]) => ({
  outputs: {
    loss: input('x', []),
    ...Object.fromEntries(changed.map((name) => [`next/${name}`, add(input(name, [2]), 1)])),
  },
})
const numbers = (tensor: Tensor | undefined) => Array.from(tensor!.data, Number)

test('a step is written beside the state, which it becomes by swapping; then the old memory is used again', () => {
  const a = float32([2], [1, 2])
  const state = new StepState({ a })
  const first = state.memoryFor(graph('a'))
  expect(Object.keys(first)).toEqual(['next/a'])
  Object.assign(first['next/a']!.data, [5, 6])
  expect(numbers(state.tensors.a)).toEqual([1, 2])
  state.swap(first)
  expect(numbers(state.tensors.a)).toEqual([5, 6])
  const second = state.memoryFor(graph('a'))
  expect(second['next/a']).toBe(a)
  expect(state.memoryFor(graph('a'))['next/a']).not.toBe(state.tensors.a)
})

test('what was frozen until now gets memory of its own, not that of the state', () => {
  const [a, b] = [float32([2], [1, 2]), float32([2], [3, 4])]
  const state = new StepState({ a, b })
  state.swap(state.memoryFor(graph('a')))
  expect(state.tensors.b).toBe(b)
  const memory = state.memoryFor(graph('a', 'b'))
  expect(memory['next/b']).not.toBe(b)
  Object.assign(memory['next/b']!.data, [7, 8])
  expect(numbers(state.tensors.b)).toEqual([3, 4])
})
