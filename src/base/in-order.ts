import { Pool } from './pool.ts'

/** How much is in the making. */
export interface InOrderOptions {
  /** Items in the making at the same time. */
  readonly atOnce: number
  /** Items made or in the making before the caller asks for them; `atOnce` unless given. */
  readonly ahead?: number
}

/**
 * make(first item), make(second item) … in this order, a few in the making at once, the next ones while the caller is busy with
 * this one. Items may be in the making themselves: one stage of work after another. What fails is told at its place. Where the
 * caller stops asking nothing new is begun, what is in the making is waited for, and the items are closed: whoever then releases what
 * they are made with, or ends its thread, takes it from nobody.
 */
export async function* inOrder<Item, Made>(
  items: Iterable<Item> | AsyncIterable<Item>,
  make: (item: Item, index: number) => Promise<Made>,
  { atOnce, ahead = atOnce }: InOrderOptions,
): AsyncGenerator<Made, void, undefined> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const turns = new Pool(Array(atOnce).keys())
  const begun: Promise<{ readonly made: Made } | undefined>[] = []
  let count = 0
  let stopped = false
  const next = async () => {
    const { done, value } = await source.next()
    if (done === true) return undefined
    const index = count++
    return turns.use(async () => (stopped ? undefined : { made: await make(value, index) }))
  }
  try {
    for (;;) {
      while (begun.length < ahead) {
        const result = next()
        result.catch(() => {}) // told when it is asked for, or never
        begun.push(result)
      }
      const result = await begun.shift()!
      if (result === undefined) return
      yield result.made
    }
  } finally {
    stopped = true
    await Promise.allSettled(begun)
    await source.return?.()
  }
}
