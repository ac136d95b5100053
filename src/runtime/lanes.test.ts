import { expect, test } from 'vitest'
import { shareThreads } from './lanes.ts'

test.each([
  ['a small model has a lane for each thread', 14e6, 4, [1, 1, 1, 1]],
  ['copies together stay below 256 MiB, and no thread is left over', 50e6, 16, [4, 3, 3, 3, 3]],
  ['one that is too large for two has one, with all threads', 200e6, 2, [2]],
  ['as has one that is too large by itself', 800e6, 8, [8]],
  ['one thread is one lane', 14e6, 1, [1]],
  ['nothing to copy', 0, 2, [1, 1]],
] as const)('%s', (_, bytes, threads, expected) => {
  expect(shareThreads(bytes, threads)).toEqual(expected)
})
