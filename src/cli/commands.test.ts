import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import {
  temporaryFolder,
  timmNetwork,
  tinyGeometry,
  tinyKaggle,
  tinyNetwork,
  tinyPhoto,
  tinyRun,
  tinyTensors,
} from '../../test/model-fixture.ts'
import { exportModel } from '../export/index.ts'
import { decodeNpy } from '../tensor/index.ts'
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
  return runProgram([...args, ...(args[0] === 'synth' || args[0] === 'export' ? [] : ['--threads', '1'])], commands)
}

const csvOptions = () => ['--data', join(data, 'identities.csv'), '--images', join(data, 'test', 'test')]
const metricsOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>

test('embed: a .npy and its names, all of a Kaggle folder', async () => {
  const npy = join(out, 'e.npy')
  expect(await rosette('embed', '--model', run, '--data', data, '--out', npy, '--batch', '4')).toBe(0)
  const { shape, data: values } = decodeNpy(readFileSync(npy), npy)
  expect(shape).toEqual([21, 24])
  expect(Math.hypot(...values.subarray(20 * 24))).toBeCloseTo(1, 5)
  const lines = readFileSync(join(out, 'e.csv'), 'utf8').trim().split('\n')
  const ends = [lines[0], lines[1], lines[21]]
  expect(ends).toEqual(['filename,identity,encounter', 'train_0001.png,Abril,e0', 'test_0009.png,,'])
  expect(output.stdout).toContain(`${npy}: float32 [21, 24], ${run}, checkpoint 'best', flip averaging on`)
  expect(await rosette('embed', '--model', run, '--data', data, '--out', npy)).toBe(2)
  expect(output.stderr).toContain(`--out: ${npy} exists already\nhint: choose another name, or add --overwrite`)
  expect(await rosette('embed', '--model', run, '--data', data, '--out', join(out, 'e.bin'))).toBe(2)
  expect(output.stderr).toContain('expected a name that ends in .npy')
})

test('embed: an unreadable photo leaves nothing behind, unless it is skipped', async () => {
  const folder = temporaryFolder()
  for (const name of ['test_0001.png', 'test_0002.png'])
    copyFileSync(join(data, 'test', 'test', name), join(folder, name))
  writeFileSync(join(folder, 'x.png'), 'no image')
  const args = ['embed', '--model', run, '--data', folder, '--out', join(out, 'e.npy')]
  expect(await rosette(...args)).toBe(2)
  expect(output.stderr).toMatch(/1 problem\n {2}x\.png: .*not an image/)
  expect(readdirSync(out)).toEqual([])
  expect(await rosette(...args, '--skip-unreadable')).toBe(0)
  expect(output.stderr).toMatch(/^warning: skipped x\.png: not an image/m) // its name once
  expect(decodeNpy(readFileSync(join(out, 'e.npy')), '').shape).toEqual([2, 24])
})

test('no output takes the place of what is read, --overwrite or not', async () => {
  const names = ['test_0001.png', 'test_0002.png']
  for (const name of names) copyFileSync(join(data, 'test', 'test', name), join(out, name))
  const [list, gallery] = [join(out, 'list.csv'), join(data, 'train.csv')]
  writeFileSync(list, 'filename,identity\ntest_0001.png,A\ntest_0002.png,A\n')
  const photo = join(out, names[0]!)
  const before = [list, photo, gallery, join(run, 'run.json')].map((path) => [path, readFileSync(path)] as const)
  const embed = ['embed', '--model', run, '--overwrite', '--data']
  const evaluate = ['evaluate', '--model', run, '--overwrite', '--data', list, '--out']
  const cases: readonly (readonly [args: readonly string[], replaced: string])[] = [
    [[...embed, list, '--out', join(out, 'list.npy')], list],
    [[...evaluate, list], list],
    [[...evaluate, photo], photo],
    [[...evaluate, join(run, 'run.json')], join(run, 'run.json')],
    [['submit', '--model', run, '--overwrite', '--data', data, '--out', gallery], gallery],
    [['identify', '--model', run, '--overwrite', '--gallery', data, photo, '--csv', photo], photo],
    [['identify', '--model', run, '--overwrite', '--gallery', data, photo, '--csv', gallery], gallery],
  ]
  for (const [args, replaced] of cases) {
    output.stderr = ''
    expect(await rosette(...args), args.join(' ')).toBe(2)
    expect(output.stderr).toContain(`${replaced} would replace ${replaced}, which is read\nhint: choose another name`)
  }
  for (const [path, content] of before) expect(readFileSync(path).equals(content), path).toBe(true)
})

test('an output that cannot be written is told before the model is opened', async () => {
  const model = join(out, 'damaged') // which is told second
  mkdirSync(join(model, 'checkpoints'), { recursive: true })
  writeFileSync(join(model, 'checkpoints', 'best.safetensors'), '')
  mkdirSync(join(out, 'folder.npy'))
  writeFileSync(join(out, 'file'), '')
  const told = async (...args: string[]) => {
    output.stderr = ''
    expect(await rosette(...args, '--overwrite', '--model', model)).toBe(2)
    return output.stderr
  }
  const folder = join(out, 'folder.npy')
  expect(await told('embed', '--data', data, '--out', folder)).toContain(
    `--out: ${folder}: expected a file, got a folder`,
  )
  const below = join(out, 'file', 'x.csv')
  expect(await told('submit', '--data', data, '--out', below)).toContain(`--out: ${join(out, 'file')} is no folder`)
  const file = join(out, 'file')
  expect(await runProgram(['export', '--model', run, '--out', file, '--overwrite'], commands)).toBe(2)
  expect(output.stderr).toContain(`--out: ${file}: expected a folder, got a file`)
  expect(await runProgram(['train', '--data', data, '--out', file, '--overwrite'], commands)).toBe(2)
  expect(output.stderr.match(/expected a folder, got a file/g)).toHaveLength(2)
})

test('evaluate: metrics.json and a table, through a CSV with columns of other names', async () => {
  const path = join(out, 'metrics.json')
  const columns = ['--columns', 'identity=who,encounter=sighting', '--exclude-same', 'encounter']
  expect(await rosette('evaluate', '--model', run, ...csvOptions(), ...columns, '--out', path)).toBe(0)
  const metrics = metricsOf(path)
  // Three individuals with coats of their own colours: a random network tells them apart.
  expect(metrics).toMatchObject({
    rank1: 1,
    map: 1,
    identityBalancedMap: 1,
    queries: 9,
    skipped: 0,
    identities: 3,
    photos: 9,
    split: 'all',
    tta: 'flip',
    excludeSame: 'encounter',
    identicalFiles: 0,
    unknownEncounters: 0,
    unreadable: [],
  })
  expect(metrics.model).toBe(`${run}, checkpoint 'best'`)
  expect(metrics.perIdentity).toHaveLength(3)
  // two of the eight others show the same animal
  expect(metrics).toMatchObject({ chance: { rank1: expect.closeTo(0.25, 12) } })
  expect(metrics).toMatchObject({ intervals: { identity: { units: 3, tooFew: true, scores: { map: [1, 1] } } } })
  expect(metrics.perQuery).toHaveLength(9)
  expect(metrics).toMatchObject({ perQuery: Array(9).fill({ ap: 1, rank: 1, positives: 2, gallery: 8 }) })
  expect(output.stdout).toMatch(/identity-balanced mAP +1\.000 +1\.000 to 1\.000 +0\.\d{3}/)
  expect(output.stdout).toContain('bootstrap samples of 3 individuals: so few that they are too narrow')
  expect(output.stdout).toContain('all photos, 9 of 3 individuals (other photos than those that')
})

test('evaluate: photos without an encounter are counted and told', async () => {
  const [csv, path] = [join(out, 'some.csv'), join(out, 'metrics.json')]
  const [header, first, ...others] = readFileSync(join(data, 'identities.csv'), 'utf8').trim().split('\n')
  const column = header!.split(',').indexOf('sighting')
  const emptied = first!.split(',').with(column, '').join(',')
  writeFileSync(csv, `${[header, emptied, ...others].join('\n')}\n`)
  const where = ['--data', csv, '--images', join(data, 'test', 'test'), '--columns', 'identity=who,encounter=sighting']
  expect(await rosette('evaluate', '--model', run, ...where, '--exclude-same', 'encounter', '--out', path)).toBe(0)
  expect(output.stderr).toContain('warning: 1 photo has no encounter')
  expect(metricsOf(path).unknownEncounters).toBe(1)
})

test('evaluate: what can be mistaken', async () => {
  const to = ['--out', join(out, 'metrics.json')]
  expect(await rosette('evaluate', '--model', run, ...csvOptions(), ...to)).toBe(2)
  expect(output.stderr).toContain('no column of identities')
  output.stderr = ''
  expect(await rosette('evaluate', '--model', run, '--data', data, '--split', 'validation', ...to)).toBe(2)
  expect(output.stderr).toContain('--split validation: ')
  output.stderr = ''
  expect(await rosette('evaluate', '--model', run, '--data', data, '--split', 'test', ...to)).toBe(2)
  expect(output.stderr).toContain('--split test: ')
  output.stderr = ''
  expect(await rosette('evaluate', '--model', join(out, 'none'), '--data', data, ...to)).toBe(2)
  expect(output.stderr).toContain('none: no such model')
  expect(existsSync(to[1]!)).toBe(false)
})

test('submit: every pair in order, checked; clip and shift', async () => {
  const path = join(out, 'submission.csv')
  expect(await rosette('submit', '--model', run, '--data', data, '--out', path, '--checkpoint', 'best')).toBe(0)
  expect(output.stdout).toContain(`${path}: ok, 72 rows in the order of`)
  const clipped = readFileSync(path, 'utf8').trim().split('\n')
  expect([clipped[0], clipped.length]).toEqual(['row_id,similarity', 73])
  const more = ['--scores', 'shift', '--overwrite', '--tta', 'none']
  expect(await rosette('submit', '--model', run, '--data', data, '--out', path, ...more)).toBe(0)
  expect(readFileSync(path, 'utf8')).not.toContain(clipped[1])
  expect(await rosette('submit', '--model', run, '--data', data, '--out', path)).toBe(2)
  expect(output.stderr).toContain('exists already')
})

test('identify: a table, JSON and a CSV; the very same photo is left out and that is said', async () => {
  const stranger = join(data, 'test', 'test', 'test_0002.png')
  const known = join(data, 'train', 'train', 'train_0001.png')
  const args = ['identify', '--model', run, '--gallery', data, '--top', '2', stranger, known]
  expect(await rosette(...args)).toBe(0)
  expect(output.stdout.split('\n')[1]).toMatch(/test_0002\.png +1 +Bento +0\.\d{4} +train_00\d\d\.png$/)
  expect(output.stderr).toContain('train_0001.png: the same file is in the gallery and was left out: train_0001.png')
  output.stdout = ''
  expect(await rosette(...args, '--json')).toBe(0)
  const told = JSON.parse(output.stdout) as { candidates: { identity: string; rank: number; bestMatch: string }[] }[]
  expect(told.map(({ candidates }) => candidates[0]!.identity)).toEqual(['Bento', 'Abril'])
  expect(told[1]!.candidates[0]!.bestMatch).not.toBe('train_0001.png')
  const csv = join(out, 'matches.csv')
  expect(await rosette(...args, '--csv', csv)).toBe(0)
  const lines = readFileSync(csv, 'utf8').trim().split('\n')
  expect([lines.length, lines[0]]).toEqual([
    5,
    'photo,rank,identity,similarity,best_match,probability,answer,new_probability,rests_on',
  ])
  expect(await rosette(...args, '--csv', csv, '--json')).toBe(2)
  expect(await rosette('identify', '--model', run, '--gallery', data, join(out, 'none.jpg'))).toBe(2)
  expect(output.stderr.match(/none\.jpg/g)).toHaveLength(1)
  expect(output.stderr).toContain('none.jpg: no such file')
})

test('identify: many photos that the gallery has too are one note', async () => {
  const known = join(data, 'train', 'train')
  output.stderr = ''
  expect(await rosette('identify', '--model', run, '--gallery', data, known)).toBe(0)
  const notes = output.stderr.split('\n').filter((line) => line.startsWith('note: '))
  expect(notes.filter((line) => line.includes('same file'))).toEqual([
    expect.stringMatching(
      /^note: the very files of 12 photos are in the gallery; each was left out for its own photo; the first: .*train_0001/,
    ),
  ])
})

test('identify: a photo whose only companion is itself has a row that says nobody', async () => {
  const known = join(data, 'train', 'train', 'train_0001.png')
  const gallery = join(out, 'gallery.csv')
  writeFileSync(gallery, 'filename,identity\ntrain_0001.png,Abril\n')
  const csv = join(out, 'matches.csv')
  const images = ['--images', join(data, 'train', 'train')]
  expect(await rosette('identify', '--model', run, '--gallery', gallery, ...images, known, '--csv', csv)).toBe(0)
  expect(readFileSync(csv, 'utf8').split('\n')[1]).toBe(
    `${known},,,,,,unsure,,there is no other photo in the gallery to compare it with; this very file is in the gallery as Abril (train_0001.png) and was left out`,
  )
  expect(output.stderr).toContain('was left out: train_0001.png; no photo is left to compare it with')
})

test('identical files are told by every command that embeds, loudly where individuals differ', async () => {
  const photo = readFileSync(join(data, 'train', 'train', 'train_0001.png'))
  for (const [name, bytes] of Object.entries({ a: photo, b: photo, c: await tinyPhoto('Bento', 9) }))
    writeFileSync(join(out, `${name}.png`), bytes)
  const list = join(out, 'list.csv')
  writeFileSync(list, 'filename,identity\na.png,Abril\nb.png,Bento\nc.png,Bento\n')
  writeFileSync(join(out, 'test.csv'), 'row_id,query_image,gallery_image\n0,a.png,b.png\n1,b.png,c.png\n')
  const loud = 'warning: IDENTICAL FILES UNDER DIFFERENT IDENTITIES (Abril, Bento): a.png, b.png\n'
  const told = async (...args: string[]) => {
    output.stderr = ''
    expect(await rosette(...args, '--model', run)).toBe(0)
    return output.stderr
  }
  expect(await told('embed', '--data', list, '--out', join(out, 'e.npy'))).toContain(loud)
  expect(await told('evaluate', '--data', list, '--out', join(out, 'm.json'))).toContain(loud)
  expect(metricsOf(join(out, 'm.json'))).toMatchObject({ identicalFiles: 2, identical: [loud.slice(9, -1)] })
  expect(await told('identify', '--gallery', list, join(out, 'c.png'))).toContain(loud)
  const quiet = 'warning: identical files: a.png, b.png\n'
  expect(await told('submit', '--data', out, '--out', join(out, 's.csv'))).toContain(quiet)
})

test('evaluate: labels that cannot be scored are told before a photo is opened', async () => {
  const list = join(out, 'list.csv')
  writeFileSync(list, 'filename,identity\ngone.png,Abril\naway.png,Bento\n')
  const args = ['evaluate', '--model', run, '--data', list, '--out', join(out, 'metrics.json')]
  expect(await rosette(...args)).toBe(2)
  expect(output.stderr).toContain('none of 2 queries has a photo of its individual to find')
  output.stderr = ''
  expect(await rosette(...args, '--exclude-same', 'encounter')).toBe(2)
  expect(output.stderr).toContain('excluding the same encounter needs the encounter of every photo')
})

test('export: a model that every command takes', async () => {
  const folder = join(out, 'model')
  expect(await rosette('export', '--model', run, '--out', folder, '--name', 'pantanal')).toBe(0)
  expect(readdirSync(folder).sort()).toEqual(['model.json', 'model.onnx'])
  expect(metricsOf(join(folder, 'model.json')).name).toBe('pantanal')
  expect(await rosette('export', '--model', run, '--out', run, '--overwrite')).toBe(2)
  expect(output.stderr).toContain(`--out: ${run} is a run folder`)
  expect(await rosette('export', '--model', run, '--out', folder)).toBe(2)
  expect(output.stderr).toContain('exists already')
  const path = join(out, 'metrics.json')
  const columns = ['--columns', 'identity=who']
  const model = join(folder, 'model.onnx')
  expect(await rosette('evaluate', '--model', model, ...csvOptions(), ...columns, '--out', path)).toBe(0)
  expect(metricsOf(path)).toMatchObject({ model, rank1: 1, excludeSame: 'encounter' })
  expect(await rosette('export', '--model', folder, '--out', join(out, 'again'))).toBe(2)
  expect(output.stderr).toContain(`--model: ${folder} is an exported model already`)
})

test('export --format timm: four files, and what cannot be', async () => {
  const folder = join(out, 'timm')
  const args = ['export', '--model', tinyRun({ network: timmNetwork }), '--format', 'timm', '--out']
  expect(await rosette(...args, folder, '--name', 'pantanal')).toBe(0)
  expect(readdirSync(folder).sort()).toEqual(['README.md', 'config.json', 'head.safetensors', 'model.safetensors'])
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('\n# pantanal\n')
  expect(metricsOf(join(folder, 'config.json'))).toMatchObject({ architecture: 'convnext_zepto_rms', num_classes: 0 })
  expect(output.stdout).toContain(join(folder, 'config.json'))
  expect(await rosette(...args, folder)).toBe(2)
  expect(output.stderr).toContain('exists already')
  expect(await rosette(...args, join(out, 'x'), '--precision', 'int8')).toBe(2)
  expect(output.stderr).toContain("--precision int8: expected --format onnx; timm's weights are fp32")
  expect(await rosette('export', '--model', run, '--format', 'timm', '--out', join(out, 'x'))).toBe(2)
  expect(output.stderr).toContain("--format timm: 'convnext_micro' is rosette's own")
  expect(existsSync(join(out, 'x'))).toBe(false)
})

test('a foreign model with its description elsewhere', async () => {
  const folder = temporaryFolder()
  await exportModel({ network: tinyNetwork, geometry: tinyGeometry, tensors: tinyTensors(), folder, name: 'x' })
  const config = join(out, 'described.json')
  copyFileSync(join(folder, 'model.json'), config)
  copyFileSync(join(folder, 'model.onnx'), join(out, 'lonely.onnx'))
  const args = ['--model', join(out, 'lonely.onnx'), ...csvOptions(), '--columns', 'identity=who', '--out']
  expect(await rosette('evaluate', ...args, join(out, 'a.json'))).toBe(2)
  expect(output.stderr).toContain('no description of its preprocessing')
  expect(await rosette('evaluate', ...args, join(out, 'a.json'), '--model-config', config)).toBe(0)
  expect(metricsOf(join(out, 'a.json')).rank1).toBe(1)
})

test('train: numbers and flags that nobody meant', async () => {
  const train = (...args: string[]) =>
    runProgram(['train', '--data', data, '--out', join(out, 'run'), ...args], commands)
  expect(await train('--threads', '0')).toBe(2)
  expect(output.stderr).toContain('Expected a whole number above 0.')
  expect(await train('--seed', '')).toBe(2)
  expect(output.stderr).toContain('Expected a whole number, 0 or above.')
  expect(await train('--resume', '--overwrite')).toBe(2)
  expect(output.stderr).toContain("'--resume' cannot be used with option '--overwrite'")
  expect(readdirSync(out)).toEqual([])
})

test('demo: nothing in its folder is replaced unasked', async () => {
  const demo = (...args: string[]) => runProgram(['demo', '--out', out, ...args], commands)
  for (const name of ['submission.csv', 'metrics.json']) {
    writeFileSync(join(out, name), 'mine')
    expect(await demo()).toBe(2)
    expect(output.stderr).toContain(
      `--out: ${join(out, name)} exists already\nhint: choose another name, or add --overwrite`,
    )
  }
  mkdirSync(join(out, 'untrained'))
  expect(await demo()).toBe(2)
  expect(output.stderr).toContain(`${join(out, 'untrained')} exists already`)
  expect(readdirSync(out).sort()).toEqual(['metrics.json', 'submission.csv', 'untrained'])
})

test('synth: a dataset, once', async () => {
  const folder = join(out, 'jaguars')
  const args = ['synth', '--out', folder, '--identities', '2', '--photos', '2', '--seed', '3']
  expect(await rosette(...args)).toBe(0)
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['train.csv', 'test.csv', 'sheet.png', 'train', 'test']))
  expect(output.stdout).toMatch(/training photos +4\n/)
  expect(output.stdout).toContain(join(folder, 'sheet.png'))
  expect(await rosette(...args)).toBe(2)
  expect(output.stderr).toContain('exists already')
  expect(await rosette('synth', '--out', folder, '--identities', 'two')).toBe(2)
  expect(output.stderr).toContain('Expected a whole number above 0.')
})
