import { expect, test } from 'vitest'
import { Budget } from './budget.ts'

/** Pieces of work by their amounts, which end when they are told to, and what was under way at each beginning. */
function working(total: number, amounts: readonly number[]) {
  const budget = new Budget(total)
  const underWay = new Set<number>()
  const seen: number[][] = []
  const ends = new Map<number, (error?: Error) => void>()
  const results = amounts.map((amount) =>
    budget.use(amount, async () => {
      underWay.add(amount)
      seen.push([...underWay])
      await new Promise<void>((resolve, reject) => ends.set(amount, (error) => (error ? reject(error) : resolve())))
      return amount
    }),
  )
  const end = async (amount: number, error?: Error) => {
    underWay.delete(amount)
    ends.get(amount)!(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { seen, end, results }
}

test('as much is under way as the budget has, in the order of coming', async () => {
  const { seen, end, results } = working(10, [6, 3, 4, 1])
  expect(seen).toEqual([[6], [6, 3]]) // 4 does not fit, and 1 waits behind it
  await end(3)
  expect(seen.slice(2)).toEqual([[6, 4]])
  await end(6)
  expect(seen.slice(3)).toEqual([[4, 1]])
  await end(4)
  await end(1)
  expect(await Promise.all(results)).toEqual([6, 3, 4, 1])
})

test('what is more than the budget goes alone, and holds nobody up for ever', async () => {
  const { seen, end, results } = working(10, [2, 50, 3])
  expect(seen).toEqual([[2]])
  await end(2)
  expect(seen.slice(1)).toEqual([[50]])
  await end(50)
  expect(seen.slice(2)).toEqual([[3]])
  await end(3)
  expect(await Promise.all(results)).toEqual([2, 50, 3])
})

test('what fails gives back what it had', async () => {
  const { seen, end, results } = working(10, [9, 8])
  const failed = expect(results[0]).rejects.toThrow('broken')
  await end(9, new Error('broken'))
  await failed
  expect(seen).toEqual([[9], [8]])
  await end(8)
  expect(await results[1]).toBe(8)
})
