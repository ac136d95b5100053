import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { appendLog, type LogEntry, readLog, rewindLog, scanLog } from './log.ts'

const step = (n: number): LogEntry => ({
  kind: 'step',
  step: n,
  epoch: 1,
  loss: 1 / n,
  gradientNorm: 2,
  learningRate: 1e-3,
  elapsedMs: 5,
})
const validation: LogEntry = { kind: 'validation', step: 2, epoch: 1, rank1: 1, map: 0.5, identityBalancedMap: 0.25 }
const newLog = () => join(mkdtempSync(join(tmpdir(), 'rosette-log-')), 'log.jsonl')

describe('log.jsonl', () => {
  test('is a line an entry, read back as written', () => {
    const path = newLog()
    expect(readLog(path)).toEqual([])
    const entries = [step(1), step(2), validation, step(3)]
    for (const entry of entries) appendLog(path, entry)
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(5)
    expect(readLog(path)).toEqual(entries)
  })

  test.each(['{"kind":"step","step":"two"}', 'null', '{"kind'])('a line that is no entry is told: %s', (line) => {
    const path = newLog()
    appendLog(path, step(1))
    appendFileSync(path, `${line}\n`)
    expect(() => readLog(path)).toThrow(`${path}: line 2: `)
  })

  test('goes back to a step: later entries and half a line are dropped, and it can be appended to', () => {
    const path = newLog()
    for (const entry of [step(1), step(2), validation, step(3)]) appendLog(path, entry)
    appendFileSync(path, JSON.stringify(step(4)).slice(0, 20))
    expect(readLog(path)).toEqual([step(1), step(2), validation, step(3)])
    rewindLog(path, 2)
    appendLog(path, step(3))
    expect(readLog(path)).toEqual([step(1), step(2), validation, step(3)])
    rewindLog(path, 0)
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  test('tells a digit that was changed in a line, and goes on without the line', () => {
    const path = newLog()
    for (const entry of [step(1), step(2), validation, step(3)]) appendLog(path, entry)
    // printf '{"kind":"step","step":2,"epoch":1,"loss":0.5,"gradientNorm":2,"learningRate":0.001,"elapsedMs":5}' | sha256sum
    expect(readFileSync(path, 'utf8').split('\n')[1]).toMatch(/"elapsedMs":5,"check":"51f5d678"\}$/)
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, whole.replace('"map":0.5', '"map":0.6'))
    const told = `${path}: line 3: check: does not fit what the line says: it was edited or damaged`
    expect(() => readLog(path)).toThrow(told)
    expect(scanLog(path)).toEqual({ entries: [1, 2, 3].map(step), problems: [told] })
    writeFileSync(path, whole.replace('"loss":0.5', '"loss":0.7'))
    expect(rewindLog(path, 3)).toEqual([
      `${path}: line 2: check: does not fit what the line says: it was edited or damaged; the line is left out`,
      `${path}: has lost step 2; the run goes on from step 3, its curves have a gap`,
    ])
    expect(readLog(path)).toEqual([step(1), validation, step(3)])
  })

  test('whatever digit of it is changed, no entry says anything else', () => {
    const path = newLog()
    appendLog(path, step(3))
    const whole = readFileSync(path, 'utf8')
    const others = [...whole].flatMap((sign, i) => {
      if (!/\d/.test(sign)) return []
      writeFileSync(path, `${whole.slice(0, i)}${(Number(sign) + 1) % 10}${whole.slice(i + 1)}`)
      return scanLog(path).entries
    })
    expect(others).toEqual([])
  })

  test('of an older version has no checks, and gets them when the run goes on', () => {
    const path = newLog()
    writeFileSync(path, [step(1), step(2)].map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    expect(readLog(path)).toEqual([step(1), step(2)])
    expect(rewindLog(path, 2)).toEqual([])
    expect(readFileSync(path, 'utf8').match(/"check"/g)).toHaveLength(2)
    expect(readLog(path)).toEqual([step(1), step(2)])
  })

  test('that lost steps and holds zeros goes on, and says what it has lost', () => {
    const path = newLog()
    for (const n of [1, 2]) appendLog(path, step(n))
    appendFileSync(path, `${'\0'.repeat(40)}\n`)
    for (const n of [5, 6, 8]) appendLog(path, step(n))
    expect(() => readLog(path)).toThrow(`${path}: line 3: holds zeros`)
    expect(scanLog(path).entries).toEqual([1, 2, 5, 6, 8].map(step))
    expect(rewindLog(path, 9)).toEqual([
      `${path}: line 3: holds zeros, as a power cut leaves them; the line is left out`,
      `${path}: has lost steps 3 to 4, 7 and 9; the run goes on from step 9, its curves have a gap`,
    ])
    expect(readLog(path)).toEqual([1, 2, 5, 6, 8].map(step))
    expect(rewindLog(path, 2)).toEqual([])
  })
})
