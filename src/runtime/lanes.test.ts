import { expect, test } from 'vitest'
import { float32 } from '../tensor/index.ts'
import { shareThreads, sideBySide } from './lanes.ts'

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

/** A lane whose runs end when they are told to. */
function lane(name: string, log: string[]) {
  const ends: ((error?: Error) => void)[] = []
  const run = async ({ x }: { readonly x?: { readonly data: ArrayLike<number> } }) => {
    log.push(`${name}${x!.data[0]}`)
    await new Promise<void>((resolve, reject) =>
      ends.push((error) => (error === undefined ? resolve() : reject(error))),
    )
    return { y: float32([1], [x!.data[0]!]) }
  }
  const end = async (error?: Error) => {
    ends.shift()!(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { run, end }
}

test('each lane does one run at a time; the others wait and begin in their order', async () => {
  const log: string[] = []
  const [a, b] = [lane('a', log), lane('b', log)]
  const run = sideBySide([b.run, a.run])
  const results = [1, 2, 3, 4].map((x) => run({ x: float32([1], [x]) }))
  expect(log).toEqual(['a1', 'b2'])
  await b.end()
  expect(log).toEqual(['a1', 'b2', 'b3'])
  await a.end()
  expect(log).toEqual(['a1', 'b2', 'b3', 'a4'])
  await a.end()
  await b.end()
  expect((await Promise.all(results)).map(({ y }) => y!.data[0])).toEqual([1, 2, 3, 4])
})

test('a run that fails gives its lane to the next', async () => {
  const log: string[] = []
  const only = lane('a', log)
  const run = sideBySide([only.run])
  const first = run({ x: float32([1], [1]) })
  const second = run({ x: float32([1], [2]) })
  const refused = expect(first).rejects.toThrow('out of memory')
  await only.end(new Error('out of memory'))
  await refused
  expect(log).toEqual(['a1', 'a2'])
  await only.end()
  expect((await second).y!.data[0]).toBe(2)
})
