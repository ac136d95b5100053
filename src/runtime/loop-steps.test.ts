import { expect, test } from 'vitest'
import { add, cast, input, reduceSum } from '../graph/index.ts'
import { float32, tensor } from '../tensor/index.ts'
import { loopSteps } from './loop-steps.ts'
import { sessionOptions } from './session-options.ts'

/** w ← w + Σ x, over bytes of which one step is fed `size`. */
function summing(size: number) {
  const w = input('w', [])
  const sum = reduceSum(cast(input('x', [size], 'uint8'), 'float32'), { axes: [0] })
  return { outputs: { told: sum, 'next/w': add(w, sum) }, carried: { w: 'next/w' } }
}

test.each([
  [8, 2 ** 28], // 256 MiB a step: 2 GiB in 8
  [1, 2 ** 32],
  [64, 4],
])('at most %i steps are one run where a step is fed %i bytes', async (most, size) => {
  const stepper = await loopSteps(summing(size), {
    kept: new Set(),
    most: 64,
    options: sessionOptions({ threads: 1 }),
  })
  expect(stepper.most).toBe(most)
  await stepper.release()
})

test('a run of more steps than the one before, and of fewer, is fed its own', async () => {
  const options = { kept: new Set<string>(), most: 8, options: sessionOptions({ threads: 1 }) }
  const stepper = await loopSteps(summing(2), options)
  let [state, spare] = [{ w: float32([], [0]) }, { w: float32([], [0]) }]
  const told: number[][] = []
  for (const steps of [[1], [2, 3, 4], [5, 6]]) {
    const feeds = steps.map((n) => ({ x: tensor('uint8', [2], Uint8Array.of(n, n)) }))
    const results = await stepper.run(feeds, state, spare)
    told.push(results.map(({ told: sum }) => Number(sum!.data[0])))
    ;[state, spare] = [spare, state]
  }
  await stepper.release()
  expect(told).toEqual([[2], [4, 6, 8], [10, 12]])
  expect(state.w.data[0]).toBe(42)
})
