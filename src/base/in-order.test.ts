import { expect, test } from 'vitest'
import { inOrder } from './in-order.ts'

const tick = () => new Promise((resolve) => setTimeout(resolve, 1))
const ticks = async (count: number) => {
  for (let k = 0; k < count; k++) await tick()
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

async function collect<T>(items: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('in order, however long each takes, never more in the making than at once', async () => {
  let running = 0
  let most = 0
  const make = async (i: number, index: number) => {
    most = Math.max(most, ++running)
    await ticks((i * 7) % 5)
    running--
    return [i, index]
  }
  expect(await collect(inOrder(upTo(20), make, { atOnce: 3, ahead: 6 }))).toEqual(upTo(20).map((i) => [i, i]))
  expect(most).toBe(3)
  expect(await collect(inOrder([], make, { atOnce: 3, ahead: 6 }))).toEqual([])
})

test('the next ones are made while the caller is busy, but not too many', async () => {
  const made: number[] = []
  const items = inOrder(upTo(10), async (i) => made.push(i), { atOnce: 2, ahead: 3 })
  await items.next()
  await ticks(5)
  expect(made).toEqual([0, 1, 2])
  await items.next()
  await ticks(5)
  expect(made).toEqual([0, 1, 2, 3])
  await items.return()
  await ticks(5)
  expect(made).toEqual([0, 1, 2, 3])
})

test('one stage after another: neither makes more than the last one lets it', async () => {
  const [first, second]: [number[], number[]] = [[], []]
  const kept = (made: number[]) => async (i: number) => {
    made.push(i)
    await tick()
    return i
  }
  const stages = inOrder(inOrder(upTo(20), kept(first), { atOnce: 2, ahead: 4 }), kept(second), { atOnce: 3 })
  await stages.next()
  await ticks(20)
  expect(second).toEqual([0, 1, 2])
  expect(first).toEqual(upTo(6)) // those three, and all but one of the four ahead: it waits to be asked
  const rest = await collect(stages)
  expect([0, ...rest]).toEqual(upTo(20))
})

test('an error is told at its place, and those behind it are told nowhere', async () => {
  const seen: number[] = []
  const failing = async (i: number) => {
    if (i >= 2) throw new Error(`no ${i}`)
    return i
  }
  const walk = async () => {
    for await (const i of inOrder(upTo(6), failing, { atOnce: 4, ahead: 6 })) seen.push(i)
  }
  await expect(walk()).rejects.toThrow('no 2')
  expect(seen).toEqual([0, 1])
})

test('an error of what gives the items comes after what was made of those before it', async () => {
  const seen: number[] = []
  async function* two() {
    yield 0
    await tick()
    yield 1
    throw new Error('no more')
  }
  const slow = async (i: number) => {
    await ticks(5)
    return i
  }
  const walk = async () => {
    for await (const i of inOrder(two(), slow, { atOnce: 3 })) seen.push(i)
  }
  await expect(walk()).rejects.toThrow('no more')
  expect(seen).toEqual([0, 1])
})

test('where the caller stops, the items are closed', async () => {
  let closed = false
  async function* endless() {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      closed = true
    }
  }
  for await (const i of inOrder(endless(), async (i) => i, { atOnce: 2 })) if (i === 3) break
  expect(closed).toBe(true)
})

test('where the caller stops, nothing is in the making any more', async () => {
  let making = 0
  let made = 0
  const slow = async (i: number) => {
    making++
    await ticks(i === 0 ? 1 : 10)
    making--
    made++
    return i
  }
  for await (const _ of inOrder(upTo(20), slow, { atOnce: 3, ahead: 6 })) {
    expect(making).toBeGreaterThan(0)
    break
  }
  expect(making).toBe(0)
  expect(made).toBeLessThan(6) // nothing new was begun
  const failing = async (i: number) => {
    if (i > 0) return slow(i)
    throw new Error('no 0')
  }
  const walk = async () => {
    for await (const _ of inOrder(upTo(20), failing, { atOnce: 3 })) expect.unreachable()
  }
  await expect(walk()).rejects.toThrow('no 0')
  expect(making).toBe(0)
})
