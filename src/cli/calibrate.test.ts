import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import {
  temporaryFolder,
  timmNetwork,
  tinyGeometry,
  tinyPhoto,
  tinyRun,
  tinyTensors,
} from '../../test/model-fixture.ts'
import { Rng } from '../base/index.ts'
import { exportModel } from '../export/index.ts'
import { readCalibration } from '../identify/index.ts'
import { encodePng } from '../images/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
const names = ['Abril', 'Bento', 'Caiman', 'Dado', 'Eva', 'Flor', 'Guara', 'Hugo', 'Iara', 'Jaci', 'Kaua', 'Luna']
let run = ''
let data = ''
let asked = ''

/** Another species: bands of yellow and blue, where the gallery's coats are coarse blocks of any colour. */
async function antelope(seed: number): Promise<Uint8Array> {
  const [width, height] = [40, 30]
  const rng = new Rng(`antelope ${seed}`)
  const pixels = new Uint8Array(width * height * 4).fill(255)
  for (let p = 0; p < width * height; p++)
    pixels.set(Math.floor(p / 40) % 6 < 3 ? [255 - rng.int(9), 255, rng.int(9)] : [rng.int(9), 0, 255], p * 4)
  return encodePng({ width, height, data: pixels })
}

beforeAll(async () => {
  run = tinyRun({ network: timmNetwork }) // large enough to see that an antelope is none of them
  data = temporaryFolder()
  asked = temporaryFolder()
  for (const name of names) {
    mkdirSync(join(data, name))
    for (let i = 0; i < 4; i++) writeFileSync(join(data, name, `${name}_${i}.png`), await tinyPhoto(name, i))
  }
  writeFileSync(join(asked, 'known.png'), await tinyPhoto('Guara', 9))
  writeFileSync(join(asked, 'new.png'), await tinyPhoto('Nobody', 1))
  writeFileSync(join(asked, 'antelope.png'), await antelope(1))
})
beforeEach(() => {
  output.stdout = ''
  output.stderr = ''
})

const rosette = (...args: string[]) => runProgram([...args, '--threads', '1'], commands)
const identify = (...more: string[]) =>
  rosette('identify', '--model', run, '--gallery', data, '--top', '2', asked, ...more)

interface Told {
  readonly photo: string
  readonly candidates: readonly { readonly probability?: number }[]
  readonly answer: {
    readonly answer: string
    readonly identity: string | null
    readonly probability: number | null
    readonly newProbability: number | null
    readonly reason: string
    readonly because: string
  }
}

async function answersOf(...more: string[]): Promise<ReadonlyMap<string, Told>> {
  expect(await identify('--json', ...more)).toBe(0)
  const told = JSON.parse(output.stdout) as Told[]
  return new Map(told.map((one) => [one.photo.replace(/^.*[/\\]|\.png$/g, ''), one]))
}

test('without a calibration: no probability and no name, but another species is noticed', async () => {
  const answers = await answersOf()
  expect(answers.get('known')!.answer).toMatchObject({
    answer: 'unsure',
    identity: 'Guara',
    probability: null,
    reason: 'uncalibrated',
  })
  expect(answers.get('known')!.candidates[0]).not.toHaveProperty('probability')
  expect(answers.get('antelope')!.answer).toMatchObject({ answer: 'new', reason: 'unlike' })
  expect(answers.get('antelope')!.answer.because).toMatch(
    /^not in the gallery, by similarity alone: the network's is -?0\.\d{3} or less with every photo there, and nearly every photo there has 0\.\d{3} or more/,
  )
  expect(output.stderr).toContain('Nothing is known of how often this model is right on your animals')
  expect(output.stderr).toContain('`rosette calibrate` measures it')
})

test('calibrate, then identify answers known, new, and not in the gallery, with probabilities that add up', async () => {
  const chart = join(temporaryFolder(), 'reliability.svg')
  expect(await rosette('calibrate', '--model', run, '--data', data, '--chart', chart)).toBe(0)
  expect(output.stdout).toMatch(/fitted +\d+ pairs of 48 photos of 12 individuals, each photo against all others/)
  expect(output.stdout).toMatch(/similarities +(logistic|isotonic) +1\.000 +0\.\d{3}/)
  expect(output.stdout).toMatch(/by chance +0\.250/)
  expect(output.stdout).toContain('no sightings were known: photos of one moment may have found each other')
  expect(readFileSync(chart, 'utf8')).toContain('How often is an answer right?')
  expect(existsSync(join(run, 'calibration.json'))).toBe(true)
  output.stdout = ''
  const answers = await answersOf()
  const known = answers.get('known')!.answer
  expect(known).toMatchObject({ answer: 'known', identity: 'Guara', reason: 'probability' })
  expect(known.probability!).toBeGreaterThan(0.9)
  expect(known.probability! + known.newProbability!).toBeLessThanOrEqual(1)
  expect(known.because).toMatch(
    /^Guara, probability (above )?9\d %; the photo of Guara most similar to this one is Guara\/Guara_\d\.png/,
  )
  expect(answers.get('antelope')!.answer.answer).toBe('new')
  expect(answers.get('new')!.answer.answer).not.toBe('known')
  expect(output.stderr).toMatch(/of \d+ names that it gave with a probability of 0\.90 or more, \d+ were right/)
})

test('costs and the share of new animals move the answer', async () => {
  const dear = await answersOf('--cost-false-match', '1000000', '--new-share', '0.999999')
  expect(dear.get('known')!.answer.answer).not.toBe('known')
  output.stdout = ''
  const cheap = await answersOf('--cost-false-match', '1000000', '--cost-missed-match', '1.5')
  expect(cheap.get('new')!.answer.answer).toBe('new')
  output.stdout = ''
  const careful = await answersOf('--cost-missed-match', '1000000')
  expect(careful.get('new')!.answer.answer).toBe('unsure')
  expect(await identify('--cost-false-match', '1')).toBe(2)
  expect(output.stderr).toContain('Expected a number above 1: a look of a person costs 1.')
})

test('the table says it in words, and the CSV has the new columns at its end', async () => {
  expect(await identify()).toBe(0)
  expect(output.stdout).toMatch(/photo +rank +identity +similarity +best match +probability +answer/)
  expect(output.stdout).toMatch(/known\.png: Guara, probability/)
  expect(output.stdout).toContain('\nThe list is in the order of probability, not of similarity. ')
  output.stdout = ''
  const csv = join(temporaryFolder(), 'answers.csv')
  expect(await identify('--csv', csv)).toBe(0)
  const [header, first] = readFileSync(csv, 'utf8').split('\n')
  expect(header).toBe('photo,rank,identity,similarity,best_match,probability,answer,new_probability,rests_on')
  expect(first!.split(',')[6]).toBe('new')
  expect(output.stdout).toMatch(
    /known\.png: Guara, probability .*\n\n.*answers\.csv: \d photos, up to 2 individuals for each; 1 known, /s,
  )
})

test('a calibration of other animals is followed with a warning, which has the command for these', async () => {
  const others = temporaryFolder()
  for (const name of ['Mara', 'Nuno', 'Olga']) {
    mkdirSync(join(others, name))
    for (let i = 0; i < 2; i++) writeFileSync(join(others, name, `${i}.png`), await tinyPhoto(name, i))
  }
  const known = join(asked, 'known.png')
  expect(await rosette('identify', '--model', run, '--gallery', others, known)).toBe(0)
  expect(output.stderr).toContain(
    `warning: ${join(run, 'calibration.json')} was measured on 48 photos of 12 individuals of ${data}, which seem to be other animals than these: its probabilities may not hold here. \`rosette calibrate --model ${run} --data ${others} --out calibration-of-these.json\` makes one for these animals\n`,
  )
  expect(output.stdout).toContain('probability')
  output.stderr = ''
  mkdirSync(join(others, 'Abril'))
  writeFileSync(join(others, 'Abril', 'new.png'), await tinyPhoto('Abril', 7)) // a known name, on a new photo
  expect(await rosette('identify', '--model', run, '--gallery', others, known)).toBe(0)
  expect(output.stderr).not.toContain('seem to be other animals')
  for (const [i, name] of ['1', 'B12'].entries()) {
    mkdirSync(join(others, name))
    writeFileSync(join(others, name, '0.png'), await tinyPhoto(name, i))
  }
  renameSync(join(others, 'Abril'), join(others, '7'))
  expect(await rosette('identify', '--model', run, '--gallery', others, known)).toBe(0)
  expect(output.stderr).toContain('seem to be other animals')
})

test('another averaging is another model: a calibration that was found is left out, one that was named is refused', async () => {
  const answers = await answersOf('--tta', 'none')
  expect(answers.get('known')!.answer).toMatchObject({ answer: 'unsure', reason: 'uncalibrated' })
  expect(output.stderr).toMatch(/calibration\.json: was fitted for tiny .*: it is not followed/)
  expect(await identify('--tta', 'none', '--calibration', join(run, 'calibration.json'))).toBe(2)
  expect(output.stderr).toContain('cannot share a calibration')
  expect(await identify('--rerank')).toBe(0)
  expect(output.stderr).toContain('it was fitted for other scores than these')
  expect(await identify('--calibration', join(run, 'none.json'))).toBe(2)
  expect(output.stderr).toContain('none.json: no such file\nhint: `rosette calibrate` makes one')
})

test('a lone .onnx file: nothing is put beside it unasked; where identify finds the calibration is told', async () => {
  const folder = temporaryFolder()
  const tensors = tinyTensors(0, timmNetwork)
  await exportModel({ network: timmNetwork, geometry: tinyGeometry, tensors, folder, name: 'theirs' })
  const theirs = join(folder, 'model.onnx')
  const beside = join(folder, 'model.calibration.json')
  const calibrate = ['calibrate', '--model', theirs, '--data']
  expect(await rosette(...calibrate, 'no-photos')).toBe(2)
  expect(output.stderr).toBe(
    `rosette: calibrate: ${theirs} is a file, which has no folder of its own to write into: expected --out\n` +
      `hint: --out ${beside}, where \`rosette identify\` finds it by itself; or any other file, which --calibration names\n`,
  )
  const elsewhere = join(temporaryFolder(), 'mine.json')
  expect(await rosette(...calibrate, data, '--out', elsewhere)).toBe(0)
  expect(output.stdout).toContain(`${elsewhere}: \`rosette identify --calibration ${elsewhere}\` answers by it`)
  expect(readdirSync(folder).filter((name) => name.includes('calibration'))).toEqual([])
  renameSync(elsewhere, beside)
  output.stdout = ''
  const known = join(asked, 'known.png')
  expect(await rosette('identify', '--model', theirs, '--gallery', data, '--json', known)).toBe(0)
  expect((JSON.parse(output.stdout) as Told[])[0]!.answer).toMatchObject({ answer: 'known', identity: 'Guara' })
  output.stderr = ''
  expect(await rosette(...calibrate, 'no-photos', '--out', beside)).toBe(2) // before photos are looked for
  expect(output.stderr).toContain(`--out: ${beside} exists already`)
})

test('a damaged calibration is told with its place, and few individuals too', async () => {
  const path = join(temporaryFolder(), 'calibration.json')
  const record = JSON.parse(readFileSync(join(run, 'calibration.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify({ ...record, embedding: { ...(record.embedding as object), prior: 2 } }))
  expect(await identify('--calibration', path)).toBe(2)
  expect(output.stderr).toContain('embedding.prior')
  const { sha256, ...unsealed } = record
  const edited = { ...unsealed, embedding: { ...(record.embedding as object), prior: 0.5 } }
  writeFileSync(path, JSON.stringify({ ...edited, sha256 }))
  expect(() => readCalibration(path)).toThrow(
    `${path}: sha256: does not fit what the file says: it was edited or damaged`,
  )
  writeFileSync(path, JSON.stringify(edited)) // as an earlier rosette wrote it
  expect(readCalibration(path).embedding.prior).toBe(0.5)
  const few = temporaryFolder()
  for (const name of names.slice(0, 3)) {
    mkdirSync(join(few, name))
    for (let i = 0; i < 2; i++) writeFileSync(join(few, name, `${i}.png`), await tinyPhoto(name, i))
  }
  expect(await rosette('calibrate', '--model', run, '--data', few, '--out', path, '--overwrite')).toBe(0)
  expect(output.stdout).toContain('nothing was measured: these are too few individuals to hold any out')
  expect(output.stdout).not.toMatch(/[+−]0\.000|rank-1/)
  expect(output.stderr).toContain('3 individuals are TOO FEW to measure anything: with this calibration')
  output.stdout = ''
  await answersOf('--calibration', path)
  expect(output.stderr).toContain(
    'How often this is right is not known: the probabilities were fitted on 3 individuals, too few to hold any out. Do not rely on them',
  )
  const alone = ['--model', run, '--data', join(few, names[0]!), '--out', path, '--overwrite']
  expect(await rosette('calibrate', ...alone)).toBe(2)
})
