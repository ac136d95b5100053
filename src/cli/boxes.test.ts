import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let run = ''
let out = ''
let stderr = ''

beforeAll(() => {
  run = tinyRun()
})
beforeEach(() => {
  out = temporaryFolder()
  stderr = ''
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true))
})
afterEach(() => vi.restoreAllMocks())

/** Embeds a table of four photos of 32 × 32 with a box each; the exit code. */
async function embed(header: string, boxes: readonly string[], ...more: string[]): Promise<number> {
  const rows = boxes.map((box, i) => `${i}.png,${box}`)
  for (const i of boxes.keys()) writeFileSync(join(out, `${i}.png`), await tinyPhoto('Abril', i))
  writeFileSync(join(out, 'table.csv'), `filename,${header}\n${rows.join('\n')}\n`)
  const args = ['embed', '--model', run, '--data', join(out, 'table.csv'), '--out', join(out, 'e.npy'), '--overwrite']
  return runProgram([...args, '--threads', '1', ...more], commands)
}

test('a command says how boxes are read', async () => {
  expect(await embed('bbox', ['2 2 8 8', '4 4 8 8'])).toBe(0)
  expect(stderr).toContain('note: 2 boxes: bbox read as x, y, width, height in pixels\n')
})

test('a command asks what boxes are, and takes the answer', async () => {
  const doubtful = ['20 20 30 30', '2 2 8 8', '2 2 8 8', '2 2 8 8']
  expect(await embed('bbox', doubtful)).toBe(2)
  expect(stderr).toContain('hint: say which it is: --box-format xywh or xyxy\n')
  expect(await embed('bbox', doubtful, '--box-format', 'xyxy')).toBe(0)
  expect(stderr).toContain('note: 4 boxes: bbox read as x1, y1, x2, y2 (corners) in pixels\n')
  expect(await embed('bbox', doubtful, '--box-format', 'xywh')).toBe(0)
  expect(stderr).toContain('warning: 1 of 4 boxes leave their photo, by up to ')
  expect(await embed('bbox', doubtful, '--box-format', 'coco')).toBe(2)
})
