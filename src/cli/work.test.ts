import { expect, test } from 'vitest'
import { interruptible } from './work.ts'

/** Work that ends only when it is told to. */
function untilStopped(signal: AbortSignal): Promise<never> {
  setImmediate(() => process.emit('SIGINT'))
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

test('interrupted work ends with what it has to say, and listens no longer', async () => {
  const before = process.listenerCount('SIGINT')
  await expect(interruptible(untilStopped)).rejects.toMatchObject({
    name: 'Interrupted',
    message: 'stopped; nothing was written',
  })
  await expect(interruptible(untilStopped, 'stopped half-way')).rejects.toThrow('stopped half-way')
  expect(process.listenerCount('SIGINT')).toBe(before)
})
