import { expect, test, vi } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { interruptible, withProgress } from './work.ts'

const output = captureOutput()

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

test('a stage before the rest of the photos leaves the number of those that are done', async () => {
  await withProgress('embedding', {}, async ({ onProgress, onPrepare }) => {
    vi.useFakeTimers()
    onProgress?.(50, 72) // of these the cache has 50
    onPrepare?.('checking', 21, 22)
    onPrepare?.('checking', 22, 22)
    vi.advanceTimersByTime(30_000)
    vi.useRealTimers()
  })
  expect(output.stderr).toContain('embedding 50/72 photos')
  expect(output.stderr).not.toContain('embedding 0/22')
})
