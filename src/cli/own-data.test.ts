import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let kaggle = ''
let run = ''
let out = ''
const output = captureOutput()

/** A run trained from a table whose columns have names of their own, its photos elsewhere. */
beforeAll(async () => {
  kaggle = await tinyKaggle()
})
beforeEach(() => {
  run = tinyRun()
  out = temporaryFolder()
  const table = join(out, 'sightings.csv')
  const [, ...rows] = readFileSync(join(kaggle, 'train.csv'), 'utf8').trim().split('\n')
  writeFileSync(table, `photo,who,encounter\n${rows.join('\n')}\n`)
  const reading = { images: join(kaggle, 'train', 'train'), columns: { filename: 'photo', identity: 'who' } }
  writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x', seed: 0, data: table, reading }))
})

const rosette = (...args: string[]) => runProgram([...args, '--model', run], commands)
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

test('evaluate and report read the photos of the run as its training read them', async () => {
  const metrics = join(out, 'metrics.json')
  expect(await rosette('evaluate', '--out', metrics), output.stderr).toBe(0)
  expect(json(metrics)).toMatchObject({ data: join(out, 'sightings.csv'), photos: 12, identities: 3 })
  const small = ['--projection', 'pca', '--explain', '0', '--pixels', '200']
  expect(await rosette('report', ...small), output.stderr).toBe(0)
  expect(json(join(run, 'report', 'metrics.json'))).toMatchObject({ data: 'sightings.csv', photos: 12 })
})

test('embed reads them alike', async () => {
  expect(await rosette('embed', '--out', join(out, 'e.npy')), output.stderr).toBe(0)
  const [header, first, ...rest] = readFileSync(join(out, 'e.csv'), 'utf8').trim().split('\n')
  expect([header!.split(',').slice(0, 2), first!.split(',').slice(0, 2), rest.length]).toEqual([
    ['filename', 'identity'],
    ['train_0001.png', 'Abril'],
    11,
  ])
})

test('submit answers the test.csv of the folder that the run was trained from', async () => {
  writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x', seed: 0, data: kaggle }))
  const submission = join(out, 'submission.csv')
  expect(await rosette('submit', '--out', submission), output.stderr).toBe(0)
  expect(readFileSync(submission, 'utf8').trim().split('\n')).toHaveLength(1 + 9 * 8)
})

test('the table itself may be named, without saying again how it is read', async () => {
  const metrics = join(out, 'metrics.json')
  expect(await rosette('evaluate', '--data', join(out, 'sightings.csv'), '--out', metrics), output.stderr).toBe(0)
  expect(json(metrics)).toMatchObject({ photos: 12, identities: 3 })
})

test('a damaged line of the log is left out of a report, and told', async () => {
  const entry = { kind: 'step', step: 1, epoch: 1, loss: 1, gradientNorm: 1, learningRate: 0.1, elapsedMs: 5 }
  writeFileSync(join(run, 'log.jsonl'), `${JSON.stringify(entry)}\n${'\0'.repeat(50)}\n`)
  const folder = join(out, 'report')
  const small = ['--projection', 'pca', '--explain', '0', '--pixels', '200']
  expect(await rosette('report', ...small, '--out', folder), output.stderr).toBe(0)
  expect(output.stderr).toContain('log.jsonl: line 2: holds zeros')
})

test('a report takes the place of a report, and of nothing that somebody put beside it', async () => {
  const small = ['--projection', 'pca', '--explain', '0', '--pixels', '200']
  const folder = join(run, 'report')
  expect(await rosette('report', ...small), output.stderr).toBe(0)
  writeFileSync(join(folder, 'map-tsne.png'), 'of an earlier report')
  writeFileSync(join(folder, 'thesis.txt'), 'years of work')
  expect(await rosette('report', ...small, '--overwrite'), output.stderr).toBe(0)
  expect(readFileSync(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work')
  expect(readdirSync(folder)).not.toContain('map-tsne.png')
  expect(readdirSync(run).filter((name) => name.startsWith('.report'))).toEqual([])
})

test('a file of any run is replaced by no command', async () => {
  const other = tinyRun()
  mkdirSync(join(other, 'report'))
  for (const name of ['metrics.json', join('report', 'metrics.json'), 'log.jsonl']) writeFileSync(join(other, name), '')
  for (const name of ['metrics.json', join('report', 'metrics.json'), join('checkpoints', 'best.safetensors')]) {
    expect(await rosette('evaluate', '--out', join(other, name), '--overwrite')).toBe(2)
    expect(output.stderr).toContain(`${join(other, name)} is a file of the run in ${other}, and is not replaced`)
  }
  const log = join(other, 'log.jsonl')
  expect(await runProgram(['compare', run, other, '--out', log, '--overwrite'], commands)).toBe(2)
  expect(output.stderr).toContain(`${log} is a file of the run in ${other}, and is not replaced`)
})

/** The report of a run that somebody sent is not to show photos of this machine that it was never trained on. */
describe('a run that names other photos than its own as its data', () => {
  const namesPhotos = (split: object) => {
    const data = join(out, 'private')
    mkdirSync(data)
    for (const name of ['a', 'b']) {
      mkdirSync(join(data, name))
      for (const photo of ['1', '2'])
        writeFileSync(join(data, name, `${photo}.png`), readFileSync(join(kaggle, 'test', 'test', 'test_0001.png')))
    }
    writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x', seed: 0, data }))
    recordSplit(split)
    return data
  }
  const recordSplit = (split: object) => writeFileSync(join(run, 'split.json'), JSON.stringify(split))
  const asked = () => [
    rosette('evaluate', '--out', join(out, 'metrics.json')),
    rosette('report', '--out', join(out, 'report')),
    rosette('embed', '--out', join(out, 'e.npy')),
  ]

  test.each([
    ['by content', { train: ['a/1.png'], validation: [], contents: { train: ['0'.repeat(64)], validation: [] } }],
    ['by their names, of which few are there', { train: ['a/1.png', 'x.png', 'y.png'], validation: [] }],
  ])('is told and refused: %s', async (_, split) => {
    const data = namesPhotos(split)
    const before = readdirSync(out)
    for (const code of asked()) expect(await code).toBe(2)
    expect(output.stderr).toContain(`note: ${run} names ${data} as its data`)
    expect(output.stderr.split('the photos there are not those that it was trained on')).toHaveLength(1 + 3)
    expect(readdirSync(out)).toEqual(before)
  })

  test('is told where it does not say what it was trained on, and read where the user names the place', async () => {
    const data = namesPhotos({ train: [], validation: [] })
    expect(await rosette('embed', '--out', join(out, 'e.npy')), output.stderr).toBe(0)
    expect(output.stderr).toContain(`${run} does not tell which photos it was trained on`)
    recordSplit({ train: ['x.png'], validation: [] })
    expect(await rosette('embed', '--data', data, '--out', join(out, 'f.npy')), output.stderr).toBe(0)
  })

  test('a place that holds no photos is no output of it', async () => {
    writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x', seed: 0, data: '/etc' }))
    for (const code of asked()) expect(await code).toBe(2)
    expect(output.stderr).toContain(`${run} names /etc as its data`)
    for (const name of ['metrics.json', 'report', 'e.npy', 'e.csv']) expect(existsSync(join(out, name))).toBe(false)
  })
})
