import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDataset } from '../src/data/index.ts'
import { embedPhotos, openModel } from '../src/embedder/index.ts'
import { evaluateRetrieval } from '../src/retrieval/index.ts'
import { decodeNpy } from '../src/tensor/index.ts'
import { commandHere } from './command-here.ts'
import { stripedDataset } from './striped-dataset.ts'
import { cli, expectSameRun, interrupted, type Running, start } from './train-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-cv-'))
/** Two folds of six steps each: 12 photos train, four a step. */
const settings: readonly string[] = [
  ['--preset', 'atto', '--seed', '3', '--batch', '4'],
  ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'chunk=4', 'epochs=2'],
  ['schedule.warmupEpochs=0', 'model.embeddingSize=null'],
].flatMap((values) => values.flatMap((value) => (value.includes('=') ? ['--set', value] : [value])))

let [photos, table] = ['', '']
const whole = join(folder, 'whole')

process.env.ROSETTE_CACHE = join(folder, 'cache')
const rosette = (...args: readonly string[]) => commandHere(...args, '--threads', '1')
const ofCv = (out: string, flags: readonly string[]) => [
  'cv',
  '--data',
  table,
  '--images',
  photos,
  '--out',
  out,
  ...flags,
]
const cv = (out: string, ...flags: readonly string[]) => rosette(...ofCv(out, flags))
/** In a process of its own, which can be killed. */
const startCv = (out: string, ...flags: readonly string[]): Running =>
  start([process.execPath, cli, ...ofCv(out, flags), '--threads', '1'])
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

const meanOf = (rows: readonly Record<string, number>[], name: string) =>
  rows.reduce((sum, row) => sum + row[name]!, 0) / rows.length

beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  photos = await stripedDataset({ identities: 3, photos: 8 })
  table = join(folder, 'photos.csv')
  const names = readdirSync(photos, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'))
  const rows = names.sort().map((name) => {
    const [who, photo] = name.replaceAll('\\', '/').split('/') as [string, string]
    const night = Math.floor(Number(/(\d+)\.png$/.exec(photo)![1]) / 2)
    return `${who}/${photo},${who},${who} night ${night}`
  })
  writeFileSync(table, `${['filename,identity,encounter', ...rows].join('\n')}\n`)
  const { code, stdout, stderr } = await cv(whole, '--folds', '2', ...settings)
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^folds by encounter; .*own encounter left out\n\n[\s\S]*fold 1 .*\n[\s\S]*mean ± σ .* ± /)
  const { folds, meanChance, statistics, overall } = json(whole, 'cv.json')
  const { chance, intervals } = statistics
  const [low, high] = intervals.identity.scores.map
  const of = (scores: { map: number }) => `\\(${scores.map.toFixed(3)}\\)`
  for (const row of [
    'trained on .* rank-1 \\(chance\\) +identity-balanced rank-1 \\(chance\\) +mAP \\(chance\\) ',
    `all queries .* ${overall.identityBalancedRank1.toFixed(3)} \\(${chance.identityBalancedRank1.toFixed(3)}\\) `,
    ...folds.map((fold: { fold: number; chance: { map: number } }) => `fold ${fold.fold} .* ${of(fold.chance)} `),
    `mean ± σ .* ${of(meanChance)} `,
    `all queries .* ${of(chance)} `,
    `95 % interval .* ${low.toFixed(3)} to ${high.toFixed(3)} `,
  ])
    expect(stdout).toMatch(new RegExp(row))
  expect(meanChance.map).toBeCloseTo((folds[0].chance.map + folds[1].chance.map) / 2, 12)
  expect(stdout).toContain("by chance: a random order of each query's gallery")
  expect(stdout).toContain(`${whole}: the ensemble of 2 folds; use it as --model`)
  expect(stderr).toMatch(/folds: 2, by encounter, of 12 photos each\nfold 1 of 2\n[\s\S]*all folds: about .*\n/)
}, 120_000)
afterAll(() => {
  for (const path of [folder, photos]) rmSync(path, { recursive: true, force: true })
})

/** All but times and places. */
function expectSame(out: string): void {
  for (const fold of ['fold-1', 'fold-2']) expectSameRun(join(out, fold), join(whole, fold))
  for (const name of ['cv.json', 'out-of-fold.npy', 'out-of-fold.csv'])
    expect(readFileSync(join(out, name)).equals(readFileSync(join(whole, name))), name).toBe(true)
  expect(json(out, 'ensemble.json').members).toEqual(json(whole, 'ensemble.json').members)
}

describe('rosette cv', () => {
  test('embeds each photo by the network that did not learn from it, and scores it in its fold', async () => {
    const npy = join(whole, 'out-of-fold.npy')
    const { shape, data } = decodeNpy(readFileSync(npy), npy)
    const rows = readFileSync(join(whole, 'out-of-fold.csv'), 'utf8').trim().split('\n').slice(1)
    expect(shape[0]).toBe(24)
    expect(new Set(rows.map((row) => row.split(',')[0])).size).toBe(24)
    const manifest = openDataset(table, { images: photos, requireIdentity: true })
    const report = json(whole, 'cv.json')
    for (const fold of [1, 2]) {
      const { train, validation } = json(whole, `fold-${fold}`, 'split.json')
      const own = rows.map((row) => row.split(',')).filter((cells) => cells[7] === String(fold))
      expect(own.map(([name]) => name)).toEqual(validation)
      expect(train.filter((name: string) => validation.includes(name))).toEqual([])
      const model = await openModel(join(whole, `fold-${fold}`), { threads: 1 })
      const known = new Map(manifest.photos.map((photo) => [photo.filename, photo]))
      const embedded = await embedPhotos(
        model,
        validation.map((name: string) => known.get(name)!),
      )
      await model.release()
      const begin = (fold - 1) * 12 * shape[1]!
      expect([...data.subarray(begin, begin + 12 * shape[1]!)]).toEqual([...embedded.embeddings.data])
      const metrics = evaluateRetrieval({
        embeddings: embedded.embeddings,
        identities: embedded.photos.map(({ identity }) => identity!),
        encounters: embedded.photos.map(({ encounter }) => encounter!),
        excludeSame: 'encounter',
      })
      expect(report.folds[fold - 1]).toMatchObject({ fold, trained: 12, validated: 12, queries: metrics.queries })
      expect(report.folds[fold - 1].scores.identityBalancedMap).toBe(metrics.identityBalancedMap)
    }
    const [one, two] = report.folds.map(({ scores }: { scores: { map: number } }) => scores.map)
    expect(report.mean.map).toBeCloseTo((one + two) / 2, 12)
    expect(report.standardDeviation.map).toBeCloseTo(Math.abs(one - two) / Math.SQRT2, 12)
  })

  test('killed inside a fold, it goes on there and ends with the same bits', async () => {
    const out = join(folder, 'killed')
    const running = startCv(out, '--folds', '2', ...settings)
    const second = join(out, 'fold-2')
    const killed = await interrupted(running, second, 4, () => running.child.kill('SIGKILL'))
    expect(killed.signal).toBe('SIGKILL')
    expect(existsSync(join(out, 'fold-1', 'metrics.json'))).toBe(true)
    expect(existsSync(join(second, 'metrics.json'))).toBe(false)
    expect(existsSync(join(out, 'ensemble.json'))).toBe(false)
    const { code, stderr } = await cv(out, '--resume')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/fold 1 of 2 is finished\nfold 2 of 2 goes on\n/)
    expectSame(out)
  }, 60_000)

  test('Ctrl-C saves the fold at work, and says how to go on', async () => {
    const out = join(folder, 'stopped')
    const running = startCv(out, '--folds', '2', ...settings)
    const first = join(out, 'fold-1')
    const stopped = await interrupted(running, first, 2, () => running.child.kill('SIGINT'))
    expect(stopped.code, stopped.stderr).toBe(130)
    expect(stopped.stdout).toBe(
      `${out}: saved; folds 1, 2 are not finished; this trains them and scores all folds:\n` +
        `  npx rosette cv --data ${table} --out ${out} --resume\n`,
    )
    const { code, stderr } = await cv(out, '--resume')
    expect(code, stderr).toBe(0)
    expectSame(out)
  }, 60_000)

  test('folds are jobs of their own, on other machines too; whoever has them all scores them', async () => {
    const [here, there] = [join(folder, 'here'), join(folder, 'there')]
    const first = await cv(here, '--fold', '1', '--folds', '2', ...settings)
    expect(first.code, first.stderr).toBe(0)
    expect(first.stdout).toBe(
      `${here}: fold 2 is not trained yet; this trains it and scores all folds:\n` +
        `  npx rosette cv --data ${table} --out ${here} --resume\n`,
    )
    expect((await cv(there, '--fold', '2', '--folds', '2', ...settings)).code).toBe(0)
    cpSync(join(there, 'fold-2'), join(here, 'fold-2'), { recursive: true })
    const { code, stderr } = await cv(here, '--resume')
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('training:')
    expectSame(here)

    const other = await cv(there, '--fold', '1', '--folds', '2', ...settings, '--seed', '4')
    expect(other.code).toBe(2)
    expect(other.stderr).toContain(`--out: ${there} was begun with other photos, folds or settings`)
    cpSync(join(whole, 'fold-1'), join(there, 'fold-1'), { recursive: true })
    const config = json(there, 'fold-1', 'config.json')
    writeFileSync(join(there, 'fold-1', 'config.json'), JSON.stringify({ ...config, epochs: 3 }))
    const mixed = await cv(there, '--resume')
    expect(mixed.code).toBe(2)
    expect(mixed.stderr).toContain('was trained with other settings than')
  }, 60_000)

  test('a fold of other labels than the others is told, and what was made of all goes when one is trained again', async () => {
    const out = join(folder, 'relabelled')
    cpSync(whole, out, { recursive: true })
    rmSync(join(out, 'fold-2'), { recursive: true })
    const other = join(folder, 'relabelled.csv')
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    const swapped = rows.map((row, i) => (i === 0 ? row.replace(/,(\w+),/, ',somebody else,') : row))
    writeFileSync(other, `${[header, ...swapped].join('\n')}\n`)
    const { code, stderr } = await rosette('cv', '--data', other, '--images', photos, '--out', out, '--resume')
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(
      `${join(out, 'fold-2')}: was trained on other files or labels of the same photos than ${join(out, 'fold-1')}`,
    )
    for (const name of ['cv.json', 'out-of-fold.npy', 'out-of-fold.csv', 'ensemble.json'])
      expect(existsSync(join(out, name)), name).toBe(false)
  }, 60_000)

  test('its folder is a model for every command', async () => {
    const metrics = join(folder, 'metrics.json')
    const { code, stderr } = await rosette('evaluate', '--model', whole, '--out', metrics)
    expect(code, stderr).toBe(0)
    expect(json(metrics)).toMatchObject({ model: `${whole} (2 models)`, photos: 24, data: table })
    for (const fold of ['fold-1', 'fold-2']) expect(stderr).toContain(`${join(whole, fold)} was TRAINED on 12 of`)
    const mean = await rosette('evaluate', '--model', whole, '--fusion', 'embeddings', '--out', join(folder, 'e.json'))

    expect(mean.code, mean.stderr).toBe(0)
    expect(json(folder, 'e.json').model).toBe(`${whole} (2 models, embeddings)`)
  }, 60_000)

  test('two on the same folds are compared by their queries, and others are told', async () => {
    const [best, html] = [join(folder, 'best'), join(folder, 'compared.html')]
    const { folds, split, hashes, photos: count, perQuery, map, queries } = json(whole, 'cv.json')
    expect(perQuery).toHaveLength(folds[0].queries + folds[1].queries)
    expect([queries, count, map]).toEqual([perQuery.length, 24, expect.closeTo(meanOf(perQuery, 'ap'), 9)])
    mkdirSync(best)
    const right = perQuery.map((query: object) => ({ ...query, ap: 1, rank: 1, apAtR: 1, inp: 1 }))
    const compared = async (data: string) => {
      writeFileSync(join(best, 'cv.json'), JSON.stringify({ split, hashes: { data }, photos: count, perQuery: right }))
      return commandHere('compare', whole, best, '--out', html, '--overwrite')
    }
    const { code, stdout, stderr } = await compared(hashes.data)
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^mAP +0\.\d{3} +1\.000 /m)
    expect(stderr).not.toContain('do not compare')
    expect((await compared('0'.repeat(64))).stderr).toContain('Not measured on the same photos')
  })

  test("a table's column for the fold is used, and said; mistakes are told before anything is trained", async () => {
    const out = join(folder, 'refused')
    const told = async (...flags: string[]) => {
      const { code, stderr } = await cv(out, ...flags)
      expect(code).toBe(2)
      return stderr
    }
    expect(await told('--fold', '3', '--folds', '2', ...settings)).toContain('--fold: expected 1 to 2, got 3')
    expect(await told('--resume', '--seed', '1')).toContain('leave out --seed')
    expect(await told('--set', 'validation=none')).toContain('validation=none: the folds decide what validates')
    expect(await told('--by', 'station', ...settings)).toContain('no photo has a station')
    const { stderr } = await cv(whole, '--folds', '2', ...settings)
    expect(stderr).toContain(`--out: ${whole} exists already`)
    const folds = join(folder, 'folds.csv')
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(folds, `${[`${header},part`, ...rows.map((row, i) => `${row},${i % 2}`)].join('\n')}\n`)
    const columns = ['--columns', 'fold=part', '--fold', '1']
    const ended = await rosette(
      'cv',
      '--data',
      folds,
      '--images',
      photos,
      '--out',
      join(folder, 'column'),
      ...columns,
      ...settings,
    )
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stderr).toContain("folds: 2, by the table's column 'part', of 12 photos each")
    const test = `filename,identity,fold\n${rows.map((row, i) => `${row.split(',').slice(0, 2)},${['1', '2', 'test'][i % 3]}`).join('\n')}\n`
    writeFileSync(folds, test)
    const mixed = await rosette('cv', '--data', folds, '--images', photos, '--out', out, ...settings)
    expect(mixed.stderr).toContain("expected a fold in the column for the fold, as 1, 2, got 'test' for 8 photos")
    const { validation } = json(folder, 'column', 'fold-1', 'split.json')
    expect(validation).toEqual(rows.filter((_, i) => i % 2 === 0).map((row) => row.split(',')[0]))
  }, 60_000)
})
