import { expect, test } from 'vitest'
import { inOrder } from './in-order.ts'

const tick = () => new Promise((resolve) => setTimeout(resolve, 1))

async function collect<T>(items: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('in order, however long each takes, never more in the making than lanes', async () => {
  let running = 0
  let most = 0
  const make = async (i: number) => {
    most = Math.max(most, ++running)
    for (let k = 0; k < (i * 7) % 5; k++) await tick()
    running--
    return i
  }
  expect(await collect(inOrder(20, make, { lanes: 3, ahead: 6 }))).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(most).toBe(3)
  expect(await collect(inOrder(0, make, { lanes: 3, ahead: 6 }))).toEqual([])
})

test('the next ones are made while the caller is busy, but not too many', async () => {
  const made: number[] = []
  const items = inOrder(10, async (i) => made.push(i), { lanes: 2, ahead: 3 })
  await items.next()
  for (let k = 0; k < 5; k++) await tick()
  expect(made).toEqual([0, 1, 2])
  await items.next()
  for (let k = 0; k < 5; k++) await tick()
  expect(made).toEqual([0, 1, 2, 3])
  await items.return()
  for (let k = 0; k < 5; k++) await tick()
  expect(made).toEqual([0, 1, 2, 3])
})

test('an error is told at its place, and those behind it are told nowhere', async () => {
  const seen: number[] = []
  const failing = async (i: number) => {
    if (i >= 2) throw new Error(`no ${i}`)
    return i
  }
  const walk = async () => {
    for await (const i of inOrder(6, failing, { lanes: 4, ahead: 6 })) seen.push(i)
  }
  await expect(walk()).rejects.toThrow('no 2')
  expect(seen).toEqual([0, 1])
})
