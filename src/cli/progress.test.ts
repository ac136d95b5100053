import { Writable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { progress } from './progress.ts'

afterEach(() => vi.useRealTimers())

/** A stream that remembers, in place of stderr. */
function fake(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  let written = ''
  const stream = new Writable({ write: (chunk, _, done) => ((written += String(chunk)), done()) })
  const terminal = { isTTY, columns: 200, cursorTo: () => true, clearLine: () => true, moveCursor: () => true }
  return { stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, text: () => written }
}

test('not on a terminal: a line now and then, with the time left, and none for short work', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('embedding', 'photos', stream)
  bar.update(1, 100)
  expect(text()).toBe('')
  vi.advanceTimersByTime(20_000)
  bar.update(20, 100)
  bar.update(21, 100)
  bar.stop()
  expect(text()).toBe('embedding 20/100 photos, 1 min 20 s left\n')
})

test('on a terminal: a bar', () => {
  const { stream, text } = fake(true)
  const bar = progress('embedding', 'photos', stream)
  bar.update(0, 8)
  bar.update(8, 8)
  bar.stop()
  expect(text()).toMatch(/embedding \S* ?\S* ?0\/8 photos, \? left/)
})

test('not on a terminal: the first line comes after two seconds', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('hashing', 'files', stream)
  vi.advanceTimersByTime(1_900)
  bar.update(1, 10)
  expect(text()).toBe('')
  vi.advanceTimersByTime(200)
  bar.update(2, 10)
  expect(text()).toMatch(/^hashing 2\/10 files, /)
  vi.advanceTimersByTime(10_000)
  bar.update(5, 10)
  expect(text().split('\n')).toHaveLength(2)
})
