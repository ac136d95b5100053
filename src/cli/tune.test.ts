import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { sealOf } from '../embedder/index.ts'
import { type PostProcessingRecord, readPostProcessing, writePostProcessing } from '../study/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
let run = ''
let out = ''
const output = captureOutput()

beforeAll(async () => {
  data = await tinyKaggle()
})
beforeEach(() => {
  run = tinyRun({ checkpoints: { best: tinyTensors(), last: tinyTensors(1) } })
  out = temporaryFolder()
})

function rosette(...args: string[]): Promise<number> {
  return runProgram([...args, '--threads', '1'], commands)
}

describe('tune', () => {
  it('tries every way, writes what it found, and changes nothing for three individuals', async () => {
    const code = await rosette('tune', '--model', run, '--data', data)
    expect(code, output.stderr).toBe(0)
    const record = readPostProcessing(join(run, 'postprocessing.json'))
    expect(record).toMatchObject({
      accepted: null,
      model: await sealOf(run, undefined),
      evidence: { queries: 12, individuals: 3, candidates: 14, protocol: 'each photo against other encounters' },
    })
    expect(output.stdout).toContain('3 individuals are too few to decide: 10 at least')
    const { baseline, baselineInterval, chance } = record!.evidence
    expect(output.stdout).toMatch(new RegExp(`\\nby chance +${chance!.toFixed(3)} +0\\.\\d{3} +0\\.\\d{3}\\n`))
    const [low, high] = baselineInterval!
    expect(low <= baseline && baseline <= high).toBe(true)
    expect(output.stdout).toContain(
      `95 % intervals of cosines alone, flip averaging on: identity-balanced mAP ${low.toFixed(3)} to ${high.toFixed(3)}, rank-1 `,
    )
    expect(output.stdout).toMatch(
      /^ranked by +identity-balanced mAP +difference +its 99 % interval +rank-1 +identity-balanced rank-1$/m,
    )
    expect(output.stdout).toMatch(
      /^re-ranking \(k1 20, k2 6, λ 0\.3\), flip averaging on +[01]\.\d{3} +[+−]0\.\d{3} +[+−]0\.\d{3} to [+−]0\.\d{3} +[01]\.\d{3} +[01]\.\d{3}$/m,
    )
    expect(output.stdout).toContain('cosines alone, averaged over mirror images and two sizes')
    expect(await rosette('tune', '--model', run, '--data', data)).toBe(2)
    expect(output.stderr).toContain('exists already')
    const file = join(out, 'metrics.json')
    output.stderr = ''
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', file)).toBe(0)
    expect(output.stderr).not.toContain('postprocessing.json')
  })

  it('is refused where nothing could follow it', async () => {
    expect(await rosette('tune', '--model', run, '--model', tinyRun(), '--data', data)).toBe(2)
    expect(output.stderr).toContain('tune: expected one model, got 2')
    const file = join(out, 'model.onnx')
    copyFileSync(join(data, 'train.csv'), file)
    expect(await rosette('tune', '--model', file, '--data', data)).toBe(2)
    expect(output.stderr).toContain(`${file}: expected a folder: what was accepted is written into it`)
    expect(await rosette('tune', '--model', run, '--data', data, '--split', 'train')).toBe(2)
    expect(output.stderr).toContain('expected photos that the run did not learn from')
    const names = openDataset(data).photos.map(({ filename }) => filename)
    const learned = tinyRun({ train: names.slice(0, 6), validation: names.slice(6) })
    expect(await rosette('tune', '--model', learned, '--data', data, '--split', 'all')).toBe(2)
    expect(output.stderr).toContain(
      'tune: the model was trained on 6 of these 12 photos: what wins on them need not win',
    )
    expect(output.stderr).toContain('by --data or --split validation')
    const whole = tinyRun({ train: names, validation: [] })
    output.stderr = ''
    expect(await rosette('tune', '--model', whole, '--data', data)).toBe(2)
    expect(output.stderr).toContain(
      'hint: it set no photos aside: name others of these animals by --data, or tune a run',
    )
    expect(existsSync(join(learned, 'postprocessing.json'))).toBe(false)
    expect(existsSync(join(run, 'postprocessing.json'))).toBe(false)
  })
})

describe('what was accepted', () => {
  const rerank = { k1: 4, k2: 2, lambda: 0.5 }
  const accept = async () => {
    const gain = { difference: 0.1, interval: [0.05, 0.15] as const }
    const record: PostProcessingRecord = {
      format: 'rosette-postprocessing',
      version: 1,
      model: await sealOf(run, undefined),
      accepted: { tta: 'none', postProcessing: { rerank } },
      evidence: {
        data: 'jaguars',
        dataHash: 'x',
        protocol: 'each photo against all others',
        queries: 100,
        individuals: 20,
        candidates: 14,
        baseline: 0.5,
        confirmed: gain,
        own: gain,
        level: 0.99,
        agreement: 1,
      },
    }
    writePostProcessing(join(run, 'postprocessing.json'), record)
  }
  const evaluated = async (...more: string[]) => {
    const file = join(out, 'metrics.json')
    output.stderr = ''
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', file, '--overwrite', ...more)).toBe(0)
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  }

  it('is followed, averaging and all, and that is said in one line', async () => {
    await accept()
    expect(await evaluated()).toMatchObject({ tta: 'none', postProcessing: { rerank } })
    expect(output.stderr.match(/postprocessing\.json/g)).toHaveLength(1)
    expect(output.stderr).toContain('re-ranking (k1 4, k2 2, λ 0.5), flip averaging off, as `rosette tune` accepted')
    const csv = join(out, 'submission.csv')
    expect(await rosette('submit', '--model', run, '--data', data, '--out', csv)).toBe(0)
    expect(output.stdout).toContain('made with re-ranking (k1 4, k2 2, λ 0.5)')
    const photo = join(data, 'test', 'test', 'test_0002.png')
    expect(await rosette('identify', '--model', run, '--gallery', data, photo)).toBe(0)
    expect(output.stdout).toContain('Ranked with re-ranking (k1 4, k2 2, λ 0.5)')
  })

  it('gives way to what is asked for', async () => {
    await accept()
    expect(await evaluated('--plain')).toMatchObject({ tta: 'flip', postProcessing: {} })
    expect(output.stderr).not.toContain('postprocessing.json')
    const queryExpansion = { alpha: 1, k: 2 }
    expect(await evaluated('--query-expansion', '1,2')).toMatchObject({
      tta: 'flip',
      postProcessing: { queryExpansion },
    })
    expect(await evaluated('--tta', 'flip')).toMatchObject({ tta: 'flip', postProcessing: { rerank } })
  })

  it('is not followed by other weights, which is said', async () => {
    await accept()
    expect(await evaluated('--checkpoint', 'last')).toMatchObject({ tta: 'flip', postProcessing: {} })
    expect(output.stderr).toContain('postprocessing.json was made for other weights than these, so it is not used')
  })
})
