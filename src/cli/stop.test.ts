import { afterEach, expect, test, vi } from 'vitest'
import { onStop } from './stop.ts'

afterEach(() => vi.restoreAllMocks())

/** Signals as they reach this process, which is ended in none of these cases but in name. */
function received(...signals: readonly NodeJS.Signals[]): string[] {
  const story: string[] = []
  vi.spyOn(process, 'kill').mockImplementation((_, signal) => {
    story.push(`ended by ${String(signal)}`)
    return true
  })
  const end = onStop((signal) => story.push(`stop for ${signal}`))
  try {
    for (const signal of signals) process.emit(signal, signal)
  } finally {
    end()
  }
  return story
}

test.each([
  [['SIGINT'], ['stop for SIGINT']],
  [
    ['SIGINT', 'SIGINT'],
    ['stop for SIGINT', 'ended by SIGINT'],
  ],
  [['SIGHUP', 'SIGHUP', 'SIGHUP'], ['stop for SIGHUP']],
  [['SIGHUP', 'SIGTERM'], ['stop for SIGHUP']],
  [['SIGTERM', 'SIGHUP'], ['stop for SIGTERM']],
  [
    ['SIGHUP', 'SIGINT', 'SIGINT'],
    ['stop for SIGHUP', 'ended by SIGINT'],
  ],
] as const)('%s', (signals, story) => {
  expect(received(...signals)).toEqual(story)
})

test('afterwards nobody listens', () => {
  const before = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => process.listenerCount(signal))
  onStop(() => {})()
  expect((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => process.listenerCount(signal))).toEqual(before)
})
