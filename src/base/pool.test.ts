import { expect, test } from 'vitest'
import { Pool } from './pool.ts'

/** Work that ends when it is told to. */
function tasks(log: string[]) {
  const ends: ((error?: Error) => void)[] = []
  const begin = (task: number) => async (thing: string) => {
    log.push(`${thing}${task}`)
    await new Promise<void>((resolve, reject) =>
      ends.push((error) => (error === undefined ? resolve() : reject(error))),
    )
    return task
  }
  const end = async (error?: Error) => {
    ends.shift()!(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begin, end }
}

test('each thing is used by one at a time; the others wait and begin in their order', async () => {
  const log: string[] = []
  const { begin, end } = tasks(log)
  const pool = new Pool(['b', 'a'])
  const results = [1, 2, 3, 4].map((task) => pool.use(begin(task)))
  expect(log).toEqual(['a1', 'b2'])
  await end()
  expect(log).toEqual(['a1', 'b2', 'a3'])
  await end()
  expect(log).toEqual(['a1', 'b2', 'a3', 'b4'])
  await end()
  await end()
  expect(await Promise.all(results)).toEqual([1, 2, 3, 4])
})

test('work that fails gives its thing to the next', async () => {
  const log: string[] = []
  const { begin, end } = tasks(log)
  const pool = new Pool(['a'])
  const [first, second] = [pool.use(begin(1)), pool.use(begin(2))]
  const refused = expect(first).rejects.toThrow('out of memory')
  await end(new Error('out of memory'))
  await refused
  expect(log).toEqual(['a1', 'a2'])
  await end()
  expect(await second).toBe(2)
})
