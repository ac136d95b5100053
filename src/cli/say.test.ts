import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { say, tell, warn } from './say.ts'

afterEach(() => vi.restoreAllMocks())

test('control characters of names are written as numbers, on both outputs', () => {
  const written: string[] = []
  vi.spyOn(console, 'log').mockImplementation((text: unknown) => void written.push(String(text)))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  say('photos/\u001b]0;owned\u0007.jpg: 2 photos')
  say(JSON.stringify({ photo: 'a\u009b2J.jpg' }))
  tell('note: \u202egpj.exe')
  warn('skipped a\rb.jpg')
  expect(written).toEqual([
    'photos/\\u001b]0;owned\\u0007.jpg: 2 photos',
    '{"photo":"a\\u009b2J.jpg"}',
    'note: \\u202egpj.exe\n',
    'warning: skipped a\\u000db.jpg\n',
  ])
  expect(JSON.parse(written[1]!)).toEqual({ photo: 'a\u009b2J.jpg' })
})

test('no command writes past them', () => {
  const folder = new URL('.', import.meta.url)
  const writers = ['say.ts', 'progress.ts']
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts') && !writers.includes(name))
  const direct = sources.filter((name) =>
    /console\.|std(out|err)\.write/.test(readFileSync(new URL(name, folder), 'utf8')),
  )
  expect(direct).toEqual([])
})
