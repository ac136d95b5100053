/** How much is in the making at once. */
export interface InOrderOptions {
  /** Items being made at the same time. */
  readonly lanes: number
  /** Items made or in the making before the caller asks for them. */
  readonly ahead: number
}

/**
 * make(0), make(1) … make(count − 1) in this order, a few in the making at once, the next ones while the caller is busy with
 * this one. Stops making where the caller stops asking.
 */
export async function* inOrder<T>(
  count: number,
  make: (index: number) => Promise<T>,
  { lanes, ahead }: InOrderOptions,
): AsyncGenerator<T, void, undefined> {
  const results = new Map<number, Promise<T>>()
  let started = 0
  let running = 0
  let wanted = 0
  const advance = (): void => {
    while (running < lanes && started < Math.min(count, wanted + ahead)) {
      const index = started++
      running++
      const result = make(index).finally(() => {
        running--
        advance()
      })
      result.catch(() => {}) // told when it is asked for, or never
      results.set(index, result)
    }
  }
  try {
    for (; wanted < count; wanted++) {
      advance()
      yield await results.get(wanted)! // started: all before it have ended, so a lane was free
      results.delete(wanted)
    }
  } finally {
    count = 0
  }
}
