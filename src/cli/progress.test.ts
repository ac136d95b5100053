import { Writable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { progress, stagedProgress } from './progress.ts'

afterEach(() => vi.useRealTimers())

/** A stream that remembers, in place of stderr. */
function fake(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  let written = ''
  const stream = new Writable({ write: (chunk, _, done) => ((written += String(chunk)), done()) })
  const terminal = { isTTY, columns: 200, cursorTo: () => true, clearLine: () => true, moveCursor: () => true }
  return { stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, text: () => written }
}

test('not on a terminal: a line after two seconds and every 15, with the time left, and none for short work', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('embedding', 'photos', { stream })
  bar.update(0, 100)
  vi.advanceTimersByTime(1_900)
  bar.update(1, 100)
  expect(text()).toBe('')
  vi.advanceTimersByTime(200)
  expect(text()).toBe('embedding 1/100 photos\n')
  vi.advanceTimersByTime(14_800)
  bar.update(20, 100)
  bar.update(21, 100)
  expect(text().split('\n')).toHaveLength(2)
  vi.advanceTimersByTime(3_000)
  expect(text().split('\n').slice(1)).toEqual(['embedding 21/100 photos, 1 min 0 s left', ''])
  bar.stop()
  vi.advanceTimersByTime(60_000)
  expect(text().split('\n')).toHaveLength(3)
})

test('not on a terminal: work that stands still says so within two seconds', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('embedding', 'photos', { stream })
  bar.update(0, 8)
  vi.advanceTimersByTime(2_000)
  expect(text()).toBe('embedding 0/8 photos\n')
  vi.advanceTimersByTime(15_000)
  expect(text()).toBe('embedding 0/8 photos\nembedding 0/8 photos\n')
  bar.stop()
})

test('not on a terminal: work in one go, which lets no timer come, is told by its updates', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('sizes', 'photos', { stream })
  const began = performance.now()
  const now = vi.spyOn(performance, 'now')
  for (let done = 0; done <= 40; done++) {
    now.mockReturnValue(began + done * 100)
    bar.update(done, 40)
  }
  bar.stop()
  now.mockRestore()
  expect(text()).toBe('sizes 20/40 photos, 2.0 s left\n')
})

test('what was done before the first word does not count as pace', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('embedding', 'photos', { stream })
  bar.update(90, 100)
  vi.advanceTimersByTime(10_000)
  bar.update(95, 100)
  vi.advanceTimersByTime(7_000)
  bar.stop()
  expect(text()).toBe('embedding 90/100 photos\nembedding 95/100 photos, 17 s left\n')
})

test('work that goes on after it was stopped: pieces that were there already are soon forgotten', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('locating', 'photos', { stream })
  const steps = (count: number, ms: number, from: number) => {
    for (let i = 1; i <= count; i++) {
      vi.advanceTimersByTime(ms)
      bar.update(from + i, 1_000)
    }
  }
  bar.update(0, 1_000)
  steps(200, 50, 0) // in the cache: 10 s for 200
  steps(24, 5_000, 200) // 5 s each: 776 are 65 min
  bar.stop()
  const told = text().trimEnd().split('\n').at(-1)
  expect(told).toBe('locating 222/1000 photos, 1 h 07 min left')
})

test('work with the same words that begins anew has a pace of its own', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('comparing', 'photos', { stream })
  for (const ms of [3_000, 400])
    for (let done = 0; done <= 40; done++) {
      bar.update(done, 40)
      vi.advanceTimersByTime(ms)
    }
  bar.stop()
  const told = text().trimEnd().split('\n').at(-1)
  expect(told).toMatch(/^comparing 3\d\/40 photos, [0-9.]+ s left$/)
  expect(Number(told?.match(/([0-9.]+) s left/)?.[1])).toBeLessThan(5)
})

test('no time is told before a twentieth is done; then the first piece, which waits for the network, is no pace', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('locating', 'photos', { stream })
  const after = (ms: number, done: number) => {
    vi.advanceTimersByTime(ms)
    bar.update(done, 200)
  }
  bar.update(0, 200)
  after(8_900, 1) // the network was opened
  for (let done = 2; done <= 9; done++) after(1_000, done)
  after(100, 9)
  expect(text()).toBe('locating 0/200 photos\nlocating 9/200 photos\n')
  for (let done = 10; done <= 25; done++) after(1_000, done)
  bar.stop()
  expect(text().split('\n')[2]).toBe('locating 23/200 photos, 3 min 10 s left') // about one a second since the first
})

test('two of twelve tell no time: the second may have been quick', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const bar = progress('locating', 'photos', { stream })
  bar.update(0, 12)
  vi.advanceTimersByTime(14_000)
  bar.update(1, 12)
  vi.advanceTimersByTime(2_000)
  bar.update(2, 12)
  vi.advanceTimersByTime(4_000)
  expect(text()).toBe('locating 0/12 photos\nlocating 2/12 photos\n')
  vi.advanceTimersByTime(8_000)
  bar.update(3, 12)
  vi.advanceTimersByTime(5_000)
  bar.stop()
  expect(text().split('\n')[2]).toBe('locating 3/12 photos, 1 min 21 s left') // two in 18 s
})

test('on a terminal: one line that changes and is gone at the end', () => {
  const { stream, text } = fake(true)
  const bar = progress('embedding', 'photos', { stream })
  bar.update(0, 8)
  expect(text()).toContain('embedding [░░░░░░░░░░░░░░░░░░░░] 0/8 photos')
  bar.update(8, 8)
  bar.stop()
  expect(text().endsWith('\u001b[2K')).toBe(true) // the line is cleared
  expect(text()).not.toContain('\n')
})

test('stages follow each other, each with its own pace, and are silent together for two seconds at most', () => {
  vi.useFakeTimers()
  const { stream, text } = fake(false)
  const stages = stagedProgress({ stream })
  stages.update('checking photos', 'photos', 0, 4)
  vi.advanceTimersByTime(1_500)
  stages.update('embedding', 'photos', 0, 4)
  vi.advanceTimersByTime(400)
  expect(text()).toBe('')
  vi.advanceTimersByTime(100)
  expect(text()).toBe('embedding 0/4 photos\n')
  vi.advanceTimersByTime(500)
  stages.update('embedding', 'photos', 1, 4)
  vi.advanceTimersByTime(15_000)
  stages.stop()
  expect(text()).toBe('embedding 0/4 photos\nembedding 1/4 photos, 47 s left\n')
})
