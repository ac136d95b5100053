import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { findBursts, openDataset } from '../data/index.ts'
import { readRecord } from '../run/record.ts'
import { readRunData } from '../run/run-data.ts'
import { encodeSafetensors, filled } from '../tensor/index.ts'
import { type PrepareEvent, prepareJob, type TrainOptions } from './job.ts'
import { planOf } from './plan.ts'
import { exportPretrained, exportUntrained } from './untrained.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-job-'))
const settings = [
  ...['model.backbone=convnext_zepto_rms', 'weights=null', 'image.widthPx=32', 'image.heightPx=32', 'batchSize=8'],
]
let data = ''

beforeAll(async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  data = await stripedDataset()
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const prepare = (out: string, set: readonly string[] = [], more: Partial<TrainOptions> = {}) =>
  prepareJob({ data, out: join(folder, out), set: [...settings, ...set], threads: 2, ...more })
const resume = (out: string, more: Partial<TrainOptions> = {}) =>
  prepareJob({ data, out: join(folder, out), resume: true, ...more })

test('warns of a learning rate that never reaches its height, and of what was skipped, which the split names', async () => {
  const copy = mkdtempSync(join(folder, 'data-'))
  cpSync(data, copy, { recursive: true })
  writeFileSync(join(copy, 'ana', 'ana-3.png'), 'no photo')
  const told: string[] = []
  const onProgress = (event: PrepareEvent) => {
    if (event.kind === 'warning') told.push(event.text)
  }
  await prepare('cold', ['epochs=2', 'schedule.warmupEpochs=3'], { data: copy, skipUnreadable: true, onProgress })
  expect(told).toContain('the learning rate grows for 3 epochs, of which the run has 2 (schedule.warmupEpochs)')
  const split = JSON.parse(readFileSync(join(folder, 'cold', 'split.json'), 'utf8')) as { skipped?: string[] }
  expect(split.skipped).toEqual(['ana/ana-3.png'])
})

test('an edited config.json is told by its settings, and followed', async () => {
  await prepare('settings')
  const path = join(folder, 'settings', 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...config, labelSmoothing: 0.1 }))
  const told: string[] = []
  const onProgress = (event: PrepareEvent) => {
    if (event.kind === 'warning') told.push(event.text)
  }
  const job = await resume('settings', { onProgress })
  expect(job.config.labelSmoothing).toBe(0.1)
  expect(told).toEqual([`${path} was edited since the run was begun, and the run follows it: labelSmoothing: 0 → 0.1`])
})

test('photos of nobody known are left out, in a resumed run too', async () => {
  const copy = mkdtempSync(join(folder, 'data-'))
  cpSync(data, copy, { recursive: true })
  cpSync(join(data, 'ana'), join(copy, 'Unknown'), { recursive: true })
  const set = [...settings, 'epochs=1']
  const job = await prepareJob({ data: copy, out: join(folder, 'nobody'), set, unidentified: ['unknown', 'bia'] })
  expect(job.classes).toEqual(['ana', 'caua', 'davi'])
  expect(job.identities).toHaveLength(24)
  expect(readRecord(join(folder, 'nobody')).reading.unidentified).toEqual(['unknown', 'bia'])
  const again = await prepareJob({ data: copy, out: join(folder, 'nobody'), resume: true })
  expect(again.classes).toEqual(['ana', 'caua', 'davi'])
})

describe('a table with a split', () => {
  /** A table of the striped photos, eight of each of four individuals; `sideOf` tells what the split says. */
  function table(sideOf: (photo: number) => string): string {
    const rows = ['ana', 'bia', 'caua', 'davi'].flatMap((name) =>
      Array.from({ length: 8 }, (_, i) => `${name}/${name}-${i}.png,${name},${sideOf(i)}`),
    )
    const path = join(mkdtempSync(join(folder, 'table-')), 'table.csv')
    writeFileSync(path, `path,identity,split\n${rows.join('\n')}\n`)
    return path
  }
  const told = async (csv: string, out: string, set: readonly string[] = []) => {
    const texts: string[] = []
    const onProgress = (event: PrepareEvent) => {
      if (event.kind === 'note' || event.kind === 'warning') texts.push(event.text)
    }
    const job = await prepare(out, set, { data: csv, images: data, onProgress })
    const numbers = (rows: readonly number[]) =>
      [...new Set(rows.map((row) => Number(/\d/.exec(job.index.photos[row]!.filename)![0])))].sort()
    return { job, texts, train: numbers(job.split.train), validation: numbers(job.split.validation) }
  }
  const threeSides = (i: number) => ['Train', 'train', 'TRAINING', 'trn', 'val', 'Validation', 'test', ''][i]!

  test('trains on its training photos, validates on its validation photos, and keeps the others out', async () => {
    const csv = table(threeSides)
    const { job, texts, train, validation } = await told(csv, 'three')
    expect([train, validation]).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ])
    expect(job.index.photos).toHaveLength(24)
    expect(job.config.validation).toBe('column')
    expect(texts).toContain(
      "column 'split' decides which photos train and which validate; 8 photos of the table are kept out: they are test photos, or on no side",
    )
    const again = await prepareJob({ data: csv, out: join(folder, 'three'), resume: true })
    expect(again.split).toEqual(job.split)
  })

  test('a table that only says which photos train has some of them set aside, and says how', async () => {
    const { texts, job } = await told(
      table(() => 'train'),
      'train-only',
    )
    expect(job.split.validation.length).toBeGreaterThan(0)
    expect(texts).toContain("column 'split' has photos to train on only: some of them are set aside to validate")
    expect(texts.join('\n')).toMatch(
      /^split by (lot|encounter), as the table only says which photos train: \d+ photos/m,
    )
    expect(texts.join('\n')).not.toContain('as the table says')
  })

  test('validates on its test photos where it has no others, and says what that means', async () => {
    const { job, texts, train, validation } = await told(
      table((i) => (i < 6 ? 'train' : 'test')),
      'two',
    )
    expect([train, validation]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
    ])
    expect(job.split.train).toHaveLength(24)
    expect(texts).toContain(
      'the table has no validation photos, so that its test photos choose the best epoch: their scores will be a little too good',
    )
  })

  test('never trains on its test photos, whatever else was asked for', async () => {
    const csv = table(threeSides)
    const drawn = await told(csv, 'drawn', ['validation=stratified'])
    expect([...new Set([...drawn.train, ...drawn.validation])].sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(drawn.job.split.validation).toHaveLength(8)
    expect(drawn.texts.join()).toContain("column 'split' is not used to validate (validation=stratified); 8 photos")
    const whole = await told(csv, 'whole', ['validation=none'])
    expect([whole.train, whole.validation]).toEqual([[0, 1, 2, 3, 4, 5], []])
    const without = await prepare('without', [], { data: csv, images: data, columns: { split: '-' } })
    expect(without.index.photos).toHaveLength(32)
  })

  test('has individuals of its own to validate on, who have no row in the head', async () => {
    const path = join(mkdtempSync(join(folder, 'table-')), 'table.csv')
    const rows = ['ana,train', 'bia,train', 'caua,val'].flatMap((cells) =>
      [0, 1, 2].map((i) => `${cells.split(',')[0]}/${cells.split(',')[0]}-${i}.png,${cells}`),
    )
    writeFileSync(path, `path,identity,split\n${rows.join('\n')}\n`)
    const job = await prepare('open', [], { data: path, images: data })
    expect(job.classes).toEqual(['ana', 'bia'])
    expect([job.split.train.length, job.split.validation.length]).toEqual([6, 3])
  })

  test('is refused before the first step where no two photos that validate show one individual', async () => {
    const path = join(mkdtempSync(join(folder, 'table-')), 'table.csv')
    const rows = ['ana', 'bia', 'caua'].flatMap((name) =>
      [0, 1, 2].map((i) => `${name}/${name}-${i}.png,${name},${i === 2 ? 'val' : 'train'}`),
    )
    writeFileSync(path, `path,identity,split\n${rows.join('\n')}\n`)
    const out = join(folder, 'alone')
    expect(await rejection(prepare('alone', [], { data: path, images: data }))).toContain(
      'validation: of the 3 photos that would measure the model no two show one individual, so that nothing can be measured\nhint: `set: ["validation=none"]`',
    )
    expect(existsSync(join(out, 'run.json'))).toBe(false)
    const job = await prepare('alone', ['validation=none'], { data: path, images: data })
    expect([job.split.train.length, job.split.validation.length]).toEqual([9, 0])
  })

  test('names sides that are none, row by row; a column of other things is left', async () => {
    const wrong = table((i) => (i === 7 ? 'tset' : 'train'))
    expect(await rejection(prepare('wrong', [], { data: wrong, images: data }))).toContain(
      "table.csv row 9 'ana/ana-7.png': expected train, validation or test in the column of the split, got 'tset'",
    )
    const folds = await prepare('folds', [], { data: table((i) => `fold ${i % 3}`), images: data })
    expect(folds.config.validation).toBe('burst') // as without the column
    expect(await rejection(prepare('asked', ['validation=column']))).toContain('there is no column for the split')
  })
})

test('without known sightings photos that look alike stay on one side, said with the thresholds; by lot if asked', async () => {
  const notes: string[] = []
  const onProgress = (event: PrepareEvent) => void (event.kind === 'note' && notes.push(event.text))
  const { split, index, config } = await prepare('alike', [], { onProgress })
  expect(config.validation).toBe('burst')
  const words = String.raw`\d+ bursts? of \d+ photos \(a burst is photos of one individual .*: within \d+ bits of 64.*\)`
  expect(notes.find((note) => note.startsWith('no sightings are known'))).toMatch(
    new RegExp(
      `photos that look alike stay on one side: ${words}; \`set: \\["validation=stratified"\\]\` divides by lot$`,
    ),
  )
  const { bursts, ...found } = await findBursts(index.photos)
  expect(readRunData(join(folder, 'alike')).bursts).toEqual(JSON.parse(JSON.stringify(found)))
  const validates = new Set(split.validation.map((row) => bursts[row]!))
  expect(split.train.filter((row) => validates.has(bursts[row]!))).toEqual([])
  expect((await prepare('lot', ['validation=stratified'])).config.validation).toBe('stratified')
  await prepare('asked', ['validation=burst'], { onProgress })
  expect(notes.find((note) => note.startsWith('bursts: '))).toMatch(new RegExp(`^bursts: ${words}$`))
})

test('notes the contents of its photos', async () => {
  await prepare('noted', ['validation=stratified'])
  const { train, contents, bytes } = readRunData(join(folder, 'noted'))
  const file = readFileSync(join(data, train[3]!))
  expect(contents!.train[3]).toBe(createHash('sha256').update(file).digest('hex'))
  expect(bytes!.train[3]).toBe(file.length)
  expect([contents!.train.length, contents!.validation.length]).toEqual([24, 8])
})

describe('before anything is written', () => {
  test.each([
    [['image.meanFill=[0,0,300]'], 'image.meanFill[2]: expected number to be <=255, got 300'],
    [['image.maskMargin=11'], 'image.maskMargin: expected number to be <=10, got 11'],
    [['sampler={"kind":"pxk","photosPerIdentity":1}'], '1 of each individual, needs 8 individuals, but 4 train'],
    [['weights=convnext_small.fb_in1k'], 'is of convnext_small, not of model.backbone convnext_zepto_rms'],
  ])('%s is refused', async (set, message) => {
    expect(await rejection(prepare('never', set))).toContain(message)
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  test('what cannot begin removes nothing of the run that it would replace', async () => {
    await prepare('kept')
    const before = readdirSync(join(folder, 'kept')).map((name) => [name, read('kept', name)])
    const set = ['sampler={"kind":"pxk","photosPerIdentity":1}']
    expect(await rejection(prepare('kept', set, { overwrite: true }))).toContain('needs 8 individuals')
    expect(readdirSync(join(folder, 'kept')).map((name) => [name, read('kept', name)])).toEqual(before)
  })
})

function read(out: string, name: string): string {
  return name === 'checkpoints' ? '' : readFileSync(join(folder, out, name), 'utf8')
}

test('frozen layers that would stay random: no way where weights cannot be had, told where none are wanted', async () => {
  const options = { offline: true, freeze: 'all' } as const
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'empty-hub'))
  const message = await rejection(prepare('noise', ['weights=me/convnext_zepto_rms'], options))
  expect(message).toContain('me/convnext_zepto_rms: cannot be fetched')
  expect(message).not.toMatch(/random numbers|atto/)
  expect(existsSync(join(folder, 'noise'))).toBe(false)
  const events: PrepareEvent[] = []
  await prepare('told', [], { freeze: 2, onProgress: (event) => void events.push(event) })
  const text = 'FROZEN LAYERS OF convnext_zepto_rms STAY RANDOM NUMBERS: freeze is 2, and weights are null'
  expect(events).toContainEqual({ kind: 'warning', text })
})

test('photos are in the order of their names, in whatever order a CSV lists them', async () => {
  const { photos } = openDataset(data)
  const names = photos.map(({ filename }) => filename)
  const rows = photos.map(({ filename, identity }) => `${filename},${identity}`)
  const csv = join(folder, 'reversed.csv')
  writeFileSync(csv, ['filename,identity', ...rows.reverse()].join('\n'))
  const [a, b] = [await prepare('sorted'), await prepare('reversed', [], { data: csv, images: data })]
  expect(a.index.photos.map(({ filename }) => filename)).toEqual(names) // a folder’s own order is kept
  expect(b.index.photos.map(({ filename }) => filename)).toEqual(names)
  expect(b.split).toEqual(a.split)
  expect(b.identities).toEqual(a.identities)
})

test('resuming reads a table as the run was begun, unless told otherwise', async () => {
  const rows = openDataset(data).photos.map(({ filename, identity }) => `${filename},${identity}`)
  const csv = join(folder, 'named.csv')
  writeFileSync(csv, ['path,who', ...rows].join('\n'))
  const reading = { images: data, columns: { filename: 'path', identity: 'who' } }
  const begun = await prepare('named', [], { data: csv, ...reading })
  expect((await resume('named', { data: csv })).index.photos).toEqual(begun.index.photos)
  expect(await rejection(resume('named', { data: csv, columns: { filename: 'file' } }))).toContain('file')
})

test('resuming takes the threads of the record unless they are given, and sweeps what a kill left', async () => {
  await prepare('threads', [], { threads: 1 })
  const left = ['checkpoints/last.safetensors', 'model.onnx'].map((name) => join(folder, 'threads', `${name}.7-ab.tmp`))
  for (const path of left) writeFileSync(path, 'half')
  expect((await resume('threads')).threads).toBe(1)
  expect(left.filter((path) => existsSync(path))).toEqual([])
  expect((await resume('threads', { threads: 3 })).threads).toBe(3)
})

test('a run.json that was edited is told with its name', async () => {
  await prepare('edited')
  const path = join(folder, 'edited', 'run.json')
  writeFileSync(path, JSON.stringify({ ...readRecord(join(folder, 'edited')), identities: 4 }))
  expect(await rejection(resume('edited'))).toMatch(/^InputError: .*run\.json: 1 mistake\n {2}identities: /)
})

test('weights are recorded, and a run without a checkpoint goes on with no others', async () => {
  const weights = join(folder, 'own.safetensors')
  const { config, classes } = await prepare('random')
  const backbone = planOf({ config, classes }).params.filter(({ name }) => name.startsWith('backbone.'))
  const write = (value: number) => {
    const tensors = backbone.map(({ name, shape }) => [name.slice('backbone.'.length), filled(shape, value)] as const)
    writeFileSync(weights, Buffer.concat(encodeSafetensors(tensors)))
  }
  write(0.1)
  const events: PrepareEvent[] = []
  const job = await prepare('pretrained', [`weights=${weights}`], { onProgress: (event) => void events.push(event) })
  const text = `${weights}: it is not known with which pixels it was trained; 'imagenet' is assumed (model.pixels)`
  expect(events).toContainEqual({ kind: 'warning', text })
  // the folder is looked at first, the photos in it are decoded last
  expect(
    events
      .map(({ kind }) => kind)
      .filter((kind) => ['data', 'weights', 'decode'].includes(kind))
      .slice(0, 3),
  ).toEqual([...['data', 'weights', 'decode']])
  expect(job.weightsPath).toBe(weights)
  const run = join(folder, 'pretrained')
  expect(readRecord(run).weights).toEqual({ file: 'own.safetensors', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(readRecord(join(folder, 'random')).weights).toBeNull()
  const exported = (name: string) => readFileSync(join(folder, name, 'model.onnx'))
  await exportUntrained(run, join(folder, 'untrained'))
  await exportUntrained(join(folder, 'random'), join(folder, 'untrained-random'))
  expect(exported('untrained').equals(exported('untrained-random'))).toBe(true) // whatever a run began with
  await exportPretrained(run, join(folder, 'before'))
  const tenths = Buffer.from(new Float32Array(32).fill(0.1).buffer)
  expect([exported('before'), exported('untrained')].map((file) => file.includes(tenths))).toEqual([true, false])
  expect(await exportPretrained(join(folder, 'random'), join(folder, 'none'))).toBeUndefined()
  expect(existsSync(join(folder, 'none'))).toBe(false)
  expect((await resume('pretrained')).weightsPath).toBe(weights)
  write(0.2)
  expect(await rejection(resume('pretrained'))).toContain('was begun from own.safetensors')
  await expect(exportPretrained(run, join(folder, 'changed'))).rejects.toThrow('began from own.safetensors')
  mkdirSync(join(run, 'checkpoints'), { recursive: true })
  writeFileSync(join(run, 'checkpoints', 'last.safetensors'), '')
  expect((await resume('pretrained')).weightsPath).toBeNull() // a checkpoint has what they became
})

test('a file that was trained with other pixels is refused before anything is written, unless the settings say which', async () => {
  const beside = mkdtempSync(join(folder, 'beside-'))
  const { config, classes } = await prepare('pixels-shapes')
  const params = planOf({ config, classes }).params.filter(({ name }) => name.startsWith('backbone.'))
  const tensors = params.map(({ name, shape }) => [name.slice('backbone.'.length), filled(shape, 0.5)] as const)
  const weights = join(beside, 'model.safetensors')
  writeFileSync(weights, Buffer.concat(encodeSafetensors(tensors)))
  const write = (mean: number) =>
    writeFileSync(
      join(beside, 'config.json'),
      JSON.stringify({ pretrained_cfg: { mean: [mean, mean, mean], std: [0.5, 0.5, 0.5] } }),
    )
  write(0.5)
  const message = `model.pixels: expected 'half' as ${weights} was trained with, got 'imagenet'`
  expect(await rejection(prepare('pixels', [`weights=${weights}`]))).toContain(message)
  write(0.4)
  expect(await rejection(prepare('pixels', [`weights=${weights}`]))).toContain('was trained with other pixels than')
  expect(existsSync(join(folder, 'pixels'))).toBe(false)
  await prepare('pixels', [`weights=${weights}`, 'model.pixels=imagenet'])
  writeFileSync(join(beside, 'config.json'), 'not JSON')
  const events: PrepareEvent[] = []
  await prepare('unsaid', [`weights=${weights}`], { onProgress: (event) => void events.push(event) })
  const text = `${weights}: it is not known with which pixels it was trained; 'imagenet' is assumed (model.pixels)`
  expect(events).toContainEqual({ kind: 'warning', text })
})

test('a file of the cache that was damaged is told as such', async () => {
  const blobs = join(folder, 'cut', 'blobs')
  mkdirSync(blobs, { recursive: true })
  const blob = join(blobs, 'a'.repeat(64))
  writeFileSync(blob, Buffer.alloc(20, 1))
  symlinkSync(blob, join(folder, 'cut.safetensors'))
  const message = await rejection(prepare('damaged', [`weights=${join(folder, 'cut.safetensors')}`]))
  expect(message).toContain('cut.safetensors: has changed since it was downloaded')
})

test('a wrong folder is told before a hub is asked for weights', async () => {
  const backbone = 'weights=convnext_zepto_rms.made_up'
  const events: PrepareEvent[] = []
  const empty = mkdtempSync(join(tmpdir(), 'rosette-empty-'))
  const asked = prepareJob({
    ...{ data: empty, out: join(folder, 'wrong'), set: [backbone] },
    onProgress: (event) => void events.push(event),
  })
  expect(await rejection(asked)).toContain(`${empty}: no photos in it`)
  expect(events).toEqual([])
})

test('the preset of a head wants a network to stand on', async () => {
  const message = await rejection(prepare('headless', [], { preset: 'head' }))
  expect(message).toContain('`preset: "head"`: a head is trained on the embeddings of an .onnx file, and none is named')
})
