import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
let run = ''
let out = ''
const output = captureOutput()

beforeAll(async () => {
  data = await tinyKaggle()
  run = tinyRun()
})
beforeEach(() => {
  out = temporaryFolder()
})

function rosette(...args: string[]): Promise<number> {
  return runProgram([...args, '--threads', '1'], commands)
}

describe('options after ranking', () => {
  const all = ['--database-augmentation', '1', '--query-expansion', '3,2', '--rerank-settings', '4,2,0.5']

  it('are in the protocol of metrics.json, number by number', async () => {
    const file = join(out, 'metrics.json')
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', file, ...all)).toBe(0)
    const metrics = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    expect(metrics.postProcessing).toEqual({
      databaseAugmentation: { k: 1 },
      queryExpansion: { alpha: 3, k: 2 },
      rerank: { k1: 4, k2: 2, lambda: 0.5 },
    })
    const words = 'database augmentation (1), query expansion (α 3, 2), re-ranking (k1 4, k2 2, λ 0.5)'
    expect(metrics.protocol).toBe(`each photo against other encounters; ${words}`)
    expect(output.stdout).toContain(words)
  })

  it('take the defaults of the paper with --rerank alone', async () => {
    const file = join(out, 'metrics.json')
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', file, '--rerank')).toBe(0)
    const metrics = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    expect(metrics.postProcessing).toEqual({ rerank: { k1: 20, k2: 6, lambda: 0.3 } })
  })

  it('make similarities from 0 to 1 of a submission, and are told with it', async () => {
    const [plain, reranked] = [join(out, 'plain.csv'), join(out, 'reranked.csv')]
    expect(await rosette('submit', '--model', run, '--data', data, '--out', plain)).toBe(0)
    expect(output.stdout).not.toContain('made with')
    expect(await rosette('submit', '--model', run, '--data', data, '--out', reranked, ...all)).toBe(0)
    expect(output.stdout).toContain('made with database augmentation (1), query expansion (α 3, 2), re-ranking (k1 4')
    const [before, after] = [plain, reranked].map((path) => similarities(path))
    expect(after).toHaveLength(before!.length)
    expect(after).not.toEqual(before)
    for (const value of after!) expect(value >= 0 && value <= 1, String(value)).toBe(true)
  })

  it('say on what scale an answer is', async () => {
    const photo = join(data, 'test', 'test', 'test_0002.png')
    expect(await rosette('identify', '--model', run, '--gallery', data, photo, '--rerank-settings', '4,2,0.3')).toBe(0)
    expect(output.stdout).toContain(
      'Ranked with re-ranking (k1 4, k2 2, λ 0.3). Similarity is 1 minus the re-ranked distance here',
    )
    expect(output.stdout.split('\n')[1]).toMatch(/test_0002\.png +1 +Bento +0\.\d{4} /)
  })

  it('rank a report, and stand in its metrics', async () => {
    const folder = join(out, 'report')
    const small = ['--projection', 'pca', '--explain', '0', '--pixels', '300']
    expect(await rosette('report', '--model', run, '--data', data, '--out', folder, ...small, '--rerank')).toBe(0)
    const metrics = JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')) as Record<string, unknown>
    expect(metrics.protocol).toBe('each photo against other encounters; re-ranking (k1 20, k2 6, λ 0.3)')
  })

  it('are refused where they mean nothing', async () => {
    const to = ['--model', run, '--data', data, '--out', join(out, 'm.json')]
    for (const [args, said] of [
      [['--rerank-settings', '20,6'], 'Expected two numbers of neighbours and a share from 0 to 1'],
      [['--rerank-settings', '20,6,3'], 'a share from 0 to 1'],
      [['--rerank-settings', '0,6,0.3'], 'Expected a whole number of neighbours from 1 to 1000'],
      [['--query-expansion', '3'], 'Expected a power from 0 to 100 and a number of neighbours'],
      [['--database-augmentation', ''], 'Expected a whole number of neighbours from 1 to 1000'],
      [['--plain', '--rerank'], '--plain: expected no other option of its group'],
    ] as const) {
      output.stderr = ''
      expect(await rosette('evaluate', ...to, ...args), args.join(' ')).toBe(2)
      expect(output.stderr, args.join(' ')).toContain(said)
    }
  })
})

function similarities(path: string): number[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]))
}
