import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { cosine, temporaryFolder, tinyKaggle, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { readEnsemble } from '../embedder/index.ts'
import { geometry } from '../images/index.ts'
import { decodeNpy } from '../tensor/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
/** Two runs of other weights, one of them seeing other sizes. */
let [a, b] = ['', '']
let out = ''
const output = captureOutput()

beforeAll(async () => {
  process.env.ROSETTE_CACHE = temporaryFolder()
  data = await tinyKaggle()
  a = tinyRun()
  b = tinyRun({ checkpoints: { best: tinyTensors(1) }, geometry: geometry({ widthPx: 96, heightPx: 64 }) })
})
beforeEach(() => {
  out = temporaryFolder()
})

const rosette = (...args: string[]) =>
  runProgram([...args, ...(['ensemble', 'export'].includes(args[0]!) ? [] : ['--threads', '1'])], commands)
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
const known = () => [
  ...['--data', join(data, 'identities.csv'), '--images', join(data, 'test', 'test')],
  ...['--columns', 'identity=who,encounter=sighting'],
]

async function embedded(...model: string[]): Promise<{ shape: readonly number[]; rows: Float32Array[] }> {
  const npy = join(temporaryFolder(), 'e.npy')
  expect(await rosette('embed', ...model, '--data', data, '--out', npy), output.stderr).toBe(0)
  const { shape, data: values } = decodeNpy(readFileSync(npy), npy)
  const size = shape[1]!
  return { shape, rows: Array.from({ length: shape[0]! }, (_, i) => values.slice(i * size, (i + 1) * size)) }
}

async function metrics(...args: string[]): Promise<Record<string, unknown>> {
  const path = join(temporaryFolder(), 'metrics.json')
  expect(await rosette('evaluate', ...args, '--out', path), output.stderr).toBe(0)
  return json(path)
}

test('export takes one model: of two it would write the last one alone', async () => {
  const exported = join(out, 'model')
  expect(await rosette('export', '--model', a, '--model', b, '--out', exported)).toBe(2)
  expect(output.stderr).toContain('Give one. `rosette ensemble` makes one model of several.')
  expect(existsSync(exported)).toBe(false)
})

test('two models are one: a cosine is the mean of theirs, in every command by --model --model or by a folder', async () => {
  const [one, two, both] = [
    await embedded('--model', a),
    await embedded('--model', b),
    await embedded('--model', a, '--model', b),
  ]
  expect(both.shape).toEqual([21, 48])
  const [first, second] = [cosine(one.rows[0]!, one.rows[5]!), cosine(two.rows[0]!, two.rows[5]!)]
  expect(Math.abs(first - second)).toBeGreaterThan(1e-3)
  expect(cosine(both.rows[0]!, both.rows[5]!)).toBeCloseTo((first + second) / 2, 5)

  const folder = join(out, 'both')
  const weights = ['--weights', '3,1']
  expect(await rosette('ensemble', '--model', a, '--model', b, ...weights, '--out', folder)).toBe(0)
  const weighted = await embedded('--model', folder)
  expect(cosine(weighted.rows[0]!, weighted.rows[5]!)).toBeCloseTo(0.75 * first + 0.25 * second, 5)
})

test('ranks: evaluate, submit and identify go by fused ranks; a gallery is of the ensemble that made it', async () => {
  const models = ['--model', a, '--model', b]
  const fused = [...models, '--fusion', 'ranks']
  const [plain, ranks] = [await metrics(...models, ...known()), await metrics(...fused, ...known())]
  expect(ranks.model).toBe(`ranks of ${a}, checkpoint 'best' + ${b}, checkpoint 'best'`)
  expect(plain.tieRate).toBe(0)
  expect(ranks.tieRate).toBeGreaterThan(0.1) // ranks 2 and 3 are as much as 3 and 2

  const csv = join(out, 'submission.csv')
  expect(await rosette('submit', ...fused, '--data', data, '--out', csv)).toBe(0)
  const scores = readFileSync(csv, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]))
  expect(scores).toHaveLength(72)
  // With itself on rank 1 a photo's neighbours have ranks 2 … 9 by both members.
  expect(Math.max(...scores)).toBeLessThanOrEqual(61 / 62 + 1e-6)
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(61 / 69 - 1e-6)

  const gallery = join(out, 'known')
  expect(await rosette('gallery', ...fused, '--data', data, '--out', gallery)).toBe(0)
  const photo = join(data, 'test', 'test', 'test_0001.png')
  const ask = async (from: string, ...model: string[]) => {
    output.stdout = ''
    expect(await rosette('identify', ...model, '--gallery', from, '--json', photo), output.stderr).toBe(0)
    return (JSON.parse(output.stdout) as { candidates: { identity: string; similarity: number }[] }[])[0]!.candidates
  }
  const byGallery = await ask(gallery, ...fused)
  expect(byGallery).toEqual((await ask(data, ...fused)).map((found) => ({ ...found, path: expect.any(String) })))
  expect(byGallery.every(({ similarity }) => similarity >= 61 / 72 && similarity <= 1)).toBe(true)
  expect(await rosette('identify', ...models, '--gallery', gallery, photo)).toBe(2)
  expect(output.stderr).toContain('its embeddings were made by tiny + tiny')
})

test('a report of an ensemble has its scores', async () => {
  const folder = join(out, 'report')
  const asked = ['report', '--model', a, '--model', b, ...known(), '--out', folder, '--explain', '2']
  expect(await rosette(...asked), output.stderr).toBe(0)
  expect(output.stderr).toContain('warning: --explain is not used: several networks work as one here')
  const scores = await metrics('--model', a, '--model', b, ...known())
  expect(json(join(folder, 'metrics.json')).map).toBe(scores.map)
})

describe('a folder', () => {
  test('holds its members, moves with them, and says of each how it is opened', async () => {
    const folder = join(out, 'one')
    const how = ['--tta', 'none,flip', '--fusion', 'ranks', '--name', 'pair']
    expect(await rosette('ensemble', '--model', a, '--model', b, ...how, '--out', folder)).toBe(0)
    expect(readdirSync(folder).sort()).toEqual([
      expect.stringMatching(/^1-/),
      expect.stringMatching(/^2-/),
      'ensemble.json',
    ])
    expect(json(join(folder, 'ensemble.json'))).toMatchObject({ name: 'pair', method: 'ranks' })
    renameSync(folder, join(out, 'moved'))
    const moved = await embedded('--model', join(out, 'moved'))
    const [one, two] = [await embedded('--model', a, '--tta', 'none'), await embedded('--model', b)]
    const half = Math.SQRT1_2
    const expected = [...one.rows[3]!, ...two.rows[3]!].map((value) => expect.closeTo(value * half, 6))
    expect([...moved.rows[3]!]).toEqual(expected)
    expect(await rosette('ensemble', '--model', a, '--model', b, '--out', join(out, 'moved'))).toBe(2)
    expect(output.stderr).toContain(`--out: ${join(out, 'moved')} exists already`)
    expect(await rosette('ensemble', '--model', b, '--model', a, '--out', join(out, 'moved'), '--overwrite')).toBe(0)
    expect(readdirSync(join(out, 'moved'))).toHaveLength(3)
  })

  test('takes an .onnx file by a description that lies elsewhere, under another name', async () => {
    const exported = join(out, 'exported')
    expect(await rosette('export', '--model', a, '--out', exported), output.stderr).toBe(0)
    const [bare, folder] = [join(out, 'bare.onnx'), join(out, 'with-config')]
    cpSync(join(exported, 'model.onnx'), bare)
    const config = ['--model-config', join(exported, 'model.json')]
    const make = (first: string, second: string, ...more: string[]) =>
      rosette('ensemble', '--model', first, '--model', second, ...config, '--out', folder, ...more)
    expect(await make(b, bare), output.stderr).toBe(0)
    expect(readdirSync(join(folder, '2-bare.onnx')).sort()).toEqual(['model.json', 'model.onnx'])
    const [fused, runs] = [await embedded('--model', folder), await embedded('--model', b, '--model', a)]
    for (const row of [0, 5, 20])
      fused.rows[row]!.forEach((value, d) => expect(value).toBeCloseTo(runs.rows[row]![d]!, 4))
    output.stderr = ''
    expect(await make(a, b, '--overwrite')).toBe(2)
    expect(output.stderr).toContain('--model-config: describes one .onnx file, and none is named')
    // named beside a run without a folder
    const beside = ['--model', b, '--model', bare, ...config]
    const together = await embedded(...beside)
    for (const row of [0, 5, 20])
      fused.rows[row]!.forEach((value, d) => expect(together.rows[row]![d]!).toBeCloseTo(value, 6))
  })

  test('is refused where a member was changed, is missing, or would lead outside', async () => {
    const folder = join(out, 'sealed')
    expect(await rosette('ensemble', '--model', a, '--model', b, '--out', folder)).toBe(0)
    const { members } = json(join(folder, 'ensemble.json')) as { members: { path: string }[] }
    const member = join(folder, members[0]!.path)
    const best = join(member, 'checkpoints', 'best.safetensors')
    cpSync(join(b, 'checkpoints', 'best.safetensors'), best)
    const asked = ['embed', '--model', folder, '--data', data, '--out', join(out, 'e.npy')]
    expect(await rosette(...asked)).toBe(2)
    expect(output.stderr).toContain(`${member}: is not the model that ${join(folder, 'ensemble.json')} was made of`)
    renameSync(member, join(out, 'gone'))
    output.stderr = ''
    expect(await rosette(...asked)).toBe(2)
    expect(output.stderr).toContain(`${member}: missing, and ${join(folder, 'ensemble.json')} names it`)
    const hostile = { ...json(join(folder, 'ensemble.json')), members: [{ ...members[0], path: '../gone' }] }
    writeFileSync(join(folder, 'ensemble.json'), JSON.stringify(hostile))
    output.stderr = ''
    expect(await rosette(...asked)).toBe(2)
    expect(output.stderr).toContain(`'../gone' leads outside of ${folder}`)
    expect(existsSync(join(out, 'e.npy'))).toBe(false)
    const path = join(folder, 'ensemble.json')
    writeFileSync(path, JSON.stringify({ ...hostile, members: [{ ...members[0], weight: 3 }] }))
    expect(() => readEnsemble(folder)).toThrow(
      `${path}: sha256: does not fit what the file says: it was edited or damaged`,
    )
  })
})

test('what makes no ensemble is refused, and why', async () => {
  const told = async (...args: string[]) => {
    output.stderr = ''
    expect(await rosette(...args)).toBe(2)
    return output.stderr
  }
  const embed = ['embed', '--data', data, '--out', join(out, 'e.npy')]
  expect(await told(...embed, '--model', a, '--fusion', 'ranks')).toContain(`--fusion ranks: ${a} is one network`)
  expect(await told(...embed, '--model', a, '--model', a)).toContain('the same model was named twice')
  expect(await told(...embed, '--model', a, '--model', b, '--fusion', 'embeddings')).toContain('config.json')
  expect(await told('ensemble', '--model', a, '--out', join(out, 'x'))).toContain('takes two models or more')
  const three = ['ensemble', '--model', a, '--model', b, '--weights', '1,2,3', '--out', join(out, 'x')]
  expect(await told(...three)).toContain('--weights: expected 2, one a model, got 3')
  for (const again of [a, `${a}/`, join(a, '..', basename(a))])
    expect(await told('ensemble', '--model', a, '--model', again, '--out', join(out, 'x'))).toContain('was named twice')
  expect(await told(...embed, '--model', a, '--model', `${a}/`)).toContain(`named twice: ${a} and ${a}/`)
  expect(existsSync(join(out, 'x'))).toBe(false)
})

test('a cross-validation whose folds are not all trained is told as that', async () => {
  const folder = join(out, 'cv')
  cpSync(a, join(folder, 'fold-1'), { recursive: true })
  writeFileSync(join(folder, 'folds.json'), '{}')
  const words = `${folder}: no model yet: not all folds of this cross-validation are trained`
  expect(await rosette('embed', '--model', folder, '--data', data, '--out', join(out, 'e.npy'))).toBe(2)
  expect(await rosette('ensemble', '--model', folder, '--model', a, '--out', join(out, 'x'))).toBe(2)
  expect(output.stderr.split(words)).toHaveLength(3)
  expect(output.stderr).toContain('`rosette cv` goes on with it, and then makes it a model')
})

test('copies of one network are told wherever they are members', async () => {
  const copy = join(out, 'copy')
  cpSync(a, copy, { recursive: true })
  const same = `${a} and ${copy} are the same network: 2 members that add nothing to each other, only weight`
  expect(await rosette('ensemble', '--model', a, '--model', b, '--model', copy, '--out', join(out, 'x'))).toBe(0)
  expect(output.stderr).toContain(same)
  await embedded('--model', a, '--model', copy)
  expect(output.stderr).toContain('are the same network: 2 members')
})

test('photos that a member was trained on are told', async () => {
  const files = ['test_0001.png', 'test_0002.png'].map((name) => join(data, 'test', 'test', name))
  const names = { train: ['test_0001.png', 'test_0002.png'], validation: [] }
  const seen = tinyRun({ ...names, files: { train: files, validation: [] } })
  await metrics('--model', a, '--model', seen, ...known())
  expect(output.stderr).toContain(`${seen} was TRAINED on 2 of`)
  expect(output.stdout).toContain('the model is an ensemble, and its 2 networks were trained on different photos')
  expect(output.stdout).not.toContain('does not tell')
})
