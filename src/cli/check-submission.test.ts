import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkSubmissionCommand } from './check-submission.ts'
import { runProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-cli-'))
const testCsv = join(folder, 'test.csv')
const submission = join(folder, 'submission.csv')
writeFileSync(testCsv, 'row_id,query_image,gallery_image\n0,a.png,b.png\n1,b.png,a.png\n')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log = vi.spyOn(console, 'log')
const stderr = vi.spyOn(process.stderr, 'write')
beforeEach(() => {
  log.mockReset().mockImplementation(() => {})
  stderr.mockReset().mockImplementation(() => true)
})
afterEach(() => vi.clearAllMocks())

function run(...args: string[]): Promise<number> {
  return runProgram(['check-submission', ...args], [checkSubmissionCommand])
}

test('a good submission: the report, exit 0', async () => {
  writeFileSync(submission, 'row_id,similarity\n0,0.5\n1,0.25\n')
  expect(await run(submission, '--test', testCsv)).toBe(0)
  expect(log.mock.calls[0]![0]).toContain(`${submission}: ok, 2 rows`)
})

test('a bad one: the report, exit 1, nothing on stderr', async () => {
  writeFileSync(submission, 'row_id,similarity\n0,0.5\n1,nan\n')
  expect(await run(submission, '--test', testCsv)).toBe(1)
  expect(log.mock.calls[0]![0]).toContain("line 3: row_id '1': expected a similarity in [0, 1], got 'nan'")
  expect(stderr).not.toHaveBeenCalled()
})

test('what cannot be read: exit 2', async () => {
  expect(await run(join(folder, 'none.csv'), '--test', testCsv)).toBe(2)
  expect(stderr.mock.calls.join()).toContain('none.csv: no such file')
  expect(await run(submission)).toBe(2)
  expect(log).not.toHaveBeenCalled()
})
