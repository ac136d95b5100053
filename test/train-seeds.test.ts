import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { runProgram } from '../src/cli/program.ts'
import { RunFolder, readRunData } from '../src/run/index.ts'
import { isSeedsFolder, type SeedsSummary, trainSeeds } from '../src/study/index.ts'
import { train } from '../src/train/index.ts'
import { captureOutput } from './captured-output.ts'
import { tinyPhoto } from './model-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-seeds-'))
const out = join(folder, 'runs')
const output = captureOutput()
let data = ''
const small = [
  ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'chunk=8', 'epochs=2'],
  ['schedule.warmupEpochs=1', 'batchSize=8'],
].flat()
const summary = () => JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as SeedsSummary

beforeAll(async () => {
  process.env.ROSETTE_CACHE = join(folder, 'cache')
  // coats that have nothing to do with the names: every seed guesses otherwise
  data = join(folder, 'photos')
  for (const name of ['ana', 'bia', 'caua', 'davi']) {
    mkdirSync(join(data, name), { recursive: true })
    for (let i = 0; i < 6; i++) writeFileSync(join(data, name, `${i}.png`), await tinyPhoto(`${name} ${i}`, i))
  }
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('stopped in the second run, it goes on there with what was asked for; mean and deviation are told', async () => {
  const stop = new AbortController()
  const runs: string[] = []
  const asked = { data, out, preset: 'atto', set: small, seeds: [1, 2, 3], threads: 1, inThread: true } as const
  const stopped = await trainSeeds({
    ...asked,
    signal: stop.signal,
    onRun: (run) => runs.push(run),
    onEvent: (event) => {
      if (runs.length === 2 && event.kind === 'step') stop.abort()
    },
  })
  expect(stopped).toMatchObject({ finished: false, run: join(out, 'seed-2'), step: 1 })
  expect(isSeedsFolder(out)).toBe(true)
  await expect(trainSeeds(asked)).rejects.toThrow(`${out} is a training of several seeds that has not finished`)
  const before = readFileSync(join(out, 'seed-1', 'metrics.json'), 'utf8')

  const told: [string, boolean][] = []
  const { inThread, threads } = asked
  const outcome = await trainSeeds({
    data,
    out,
    threads,
    inThread,
    resume: true,
    onRun: (run, finished) => told.push([run, finished]),
  })
  expect(outcome.finished).toBe(true)
  expect(told.map(([, finished]) => finished)).toEqual([true, false, false])
  expect(readFileSync(join(out, 'seed-1', 'metrics.json'), 'utf8')).toBe(before)

  const scores = [1, 2, 3].map((seed) => new RunFolder(join(out, `seed-${seed}`)).metrics()!.identityBalancedMap!)
  expect(new Set(scores).size).toBeGreaterThan(1)
  const mean = (scores[0]! + scores[1]! + scores[2]!) / 3
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 2
  expect(summary().identityBalancedMap).toBeCloseTo(mean, 12)
  expect(summary().deviation.identityBalancedMap).toBeCloseTo(Math.sqrt(variance), 12)
  expect(summary().bySeed.identityBalancedMap).toEqual(scores)
  const { units, scores: within } = summary().intervals!.identity!
  expect(units).toBe(4)
  expect(within.identityBalancedMap[0]).toBeLessThan(mean)
  expect(within.identityBalancedMap[1]).toBeGreaterThan(mean)
  // the third run, begun after the interruption, has the settings of the first and sets the same photos aside
  const [first, , third] = [1, 2, 3].map((seed) => join(out, `seed-${seed}`))
  expect(new RunFolder(third!).config().model).toEqual(new RunFolder(first!).config().model)
  expect(new RunFolder(third!).config().epochs).toBe(2)
  expect(readRunData(third!).validation).toEqual(readRunData(first!).validation)
  expect(summary().perQuery).toHaveLength(summary().queries!)
})

test('compare reads them as one model, with its spread', async () => {
  const flat = join(folder, 'flat.json')
  const worse = summary().perQuery!.map((query) => ({ ...query, ap: 1 / 9 }))
  writeFileSync(
    flat,
    JSON.stringify({ perQuery: worse.map(({ query, identity, ap }) => ({ query, identity, ap, rank: 9 })) }),
  )
  const page = join(folder, 'page.html')
  expect(await runProgram(['compare', flat, out, '--out', page], commands)).toBe(0)
  expect(output.stdout).toMatch(/identity-balanced mAP +0\.111 +0\.\d{3} +–, 0\.\d{3} +\+0\.\d{3}/)
  expect(readFileSync(page, 'utf8')).toContain(` ± ${summary().deviation.identityBalancedMap!.toFixed(4)} (`)
})

test('the command tells the runs that are finished, and the table again', async () => {
  output.stdout = ''
  expect(await runProgram(['train', '--data', data, '--out', out, '--resume', '--threads', '1'], commands)).toBe(0)
  expect(output.stderr).toContain(`${join(out, 'seed-3')}: finished before`)
  expect(output.stdout).toMatch(
    /identity-balanced mAP +0\.\d{3} ± 0\.\d{3} +0\.\d{3} to [01]\.\d{3} +0\.\d{3}, 0\.\d{3}, 0\.\d{3} +0\.\d{3}/,
  )
  expect(await runProgram(['train', '--data', data, '--out', out, '--seeds', '3'], commands)).toBe(2)
  expect(output.stderr).toContain('exists already')
})

test('compare tells of a summary that is older than one of its runs', async () => {
  const older = join(folder, 'older')
  cpSync(out, older, { recursive: true })
  const told = `${join(older, 'summary.json')} is older than ${join(older, 'seed-2')}, and so are its scores`
  const compared = async (page: string) => {
    output.stderr = ''
    expect(await runProgram(['compare', older, out, '--out', join(folder, page)], commands)).toBe(0)
    return output.stderr
  }
  expect(await compared('same.html')).not.toContain('is older than')
  rmSync(join(older, 'seed-2', 'metrics.json'))
  expect(await compared('other.html')).toContain(told)
})

test('begun anew and stopped, it keeps nothing of what it replaced', async () => {
  const again = join(folder, 'again')
  cpSync(out, again, { recursive: true })
  const stop = new AbortController()
  const onEvent = ({ kind }: { readonly kind: string }) => {
    if (kind === 'step') stop.abort()
  }
  const shared = { data, preset: 'atto', set: small, threads: 1, inThread: true, overwrite: true } as const
  await trainSeeds({ ...shared, out: again, seeds: [1, 2], signal: stop.signal, onEvent })
  expect(existsSync(join(again, 'summary.json'))).toBe(false)
  expect(readdirSync(again).filter((name) => name.startsWith('seed-'))).toEqual(['seed-1']) // an old seed-2 would pass for a new one
  expect(await runProgram(['compare', again, out, '--out', join(folder, 'stopped.html')], commands)).toBe(2)
  expect(output.stderr).toContain(`${again}: is a training of several seeds that has not finished`)
})

test('a study that has finished is not replaced by one of other seeds unasked', async () => {
  const asked = { data, out, preset: 'atto', set: small, seeds: [8, 9], threads: 1, inThread: true } as const
  await expect(trainSeeds(asked)).rejects.toThrow(`${join(out, 'seed-1')} exists`)
  expect(readdirSync(out).sort()).toEqual(['seed-1', 'seed-2', 'seed-3', 'seeds.json', 'summary.json'])
})

test('a run of something else in the place of one of its own is told, before the first is trained and when it goes on', async () => {
  const mixed = join(folder, 'mixed')
  const asked = { data, out: mixed, preset: 'atto', set: small, seeds: [1, 2], threads: 1, inThread: true } as const
  cpSync(join(out, 'seed-2'), join(mixed, 'seed-2'), { recursive: true })
  await expect(trainSeeds(asked)).rejects.toThrow(`${join(mixed, 'seed-2')} exists`)
  expect(readdirSync(mixed)).toEqual(['seed-2'])
  const goOn = async (of: string) => {
    rmSync(mixed, { recursive: true })
    cpSync(out, mixed, { recursive: true })
    rmSync(join(mixed, 'seed-2'), { recursive: true })
    cpSync(of, join(mixed, 'seed-2'), { recursive: true })
    return trainSeeds({ data, out: mixed, threads: 1, inThread: true, resume: true })
  }
  await expect(goOn(join(out, 'seed-3'))).rejects.toThrow(
    `${join(mixed, 'seed-2')}: was trained from the seed 3, expected 2`,
  )
  const other = join(folder, 'other')
  const { seeds: _, ...once } = asked
  await train({ ...once, out: other, seed: 2, set: [...small, 'epochs=1'] })
  await expect(goOn(other)).rejects.toThrow('was trained with other settings than')
  const fewer = join(folder, 'fewer')
  cpSync(data, fewer, { recursive: true })
  rmSync(join(fewer, 'davi', '0.png'))
  await train({ ...once, data: fewer, out: other, seed: 2, overwrite: true })
  await expect(goOn(other)).rejects.toThrow('was trained on other photos, or sides of them, than')
  // one that is gone is trained again, and meanwhile there is no summary
  rmSync(join(mixed, 'seed-2'), { recursive: true })
  const stopped = await trainSeeds({
    data,
    out: mixed,
    threads: 1,
    inThread: true,
    resume: true,
    signal: AbortSignal.abort(),
  }).catch(String)
  expect([stopped, existsSync(join(mixed, 'summary.json'))]).toEqual([expect.anything(), false])
})

test('one seed, a seed twice, other seeds when resuming, and a run in the place of a folder are refused', async () => {
  await expect(trainSeeds({ data, out: join(folder, 'x'), seeds: [1] })).rejects.toThrow('expected two or more, got 1')
  await expect(trainSeeds({ data, out: join(folder, 'x'), seeds: [1, 1] })).rejects.toThrow(
    'expected each once, got 1, 1',
  )
  await expect(trainSeeds({ data, out, seeds: [1, 2], resume: true })).rejects.toThrow(
    'was begun with 1, 2, 3, got 1, 2',
  )
  await expect(trainSeeds({ data, out: join(out, 'seed-1'), seeds: [1, 2] })).rejects.toThrow('is a run itself')
  await expect(trainSeeds({ data, out: join(folder, 'x'), resume: true })).rejects.toThrow('has no seeds.json')
  const story = join(out, 'seeds.json')
  const written = readFileSync(story, 'utf8')
  writeFileSync(story, written.replace(/"seeds": \[[^\]]*\]/, '"seeds": [1, 2, 4]'))
  await expect(trainSeeds({ data, out, resume: true })).rejects.toThrow(
    `${story}: sha256: does not fit what the file says: it was edited or damaged`,
  )
  writeFileSync(story, written)
})
