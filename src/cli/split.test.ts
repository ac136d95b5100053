import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { columnFolds, openDataset } from '../data/index.ts'
import { encodePng, type ImageRGBA } from '../images/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let folder = ''
const rosette = (...args: string[]) => runProgram(args, commands)
const inFolder = (name: string) => join(folder, name)

/** Two individuals of four sightings with two photos each, one of nobody, and one to test on. */
beforeEach(async () => {
  const files: Record<string, string | Uint8Array> = {}
  const rows = ['path,who,seen,weather,subset']
  for (const [a, who] of ['Abril', '=Bento'].entries())
    for (let i = 0; i < 8; i++) {
      const name = `${who}-${i}.png`
      files[name] = await greyPng(20 * a + i)
      rows.push(`${name},${who},${who}${Math.floor(i / 2)},"rain, ${i}",train`)
    }
  files['nobody.png'] = await greyPng(200)
  files['later.png'] = await greyPng(201)
  rows.push('nobody.png,NA,,sun,train', 'later.png,Abril,t,sun,test')
  folder = folderWith({ ...files, 'table.csv': `${rows.join('\n')}\n` })
})

const columns = ['--columns', 'identity=who,encounter=seen']

function cellsOf(csv: string): string[][] {
  return readFileSync(csv, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/,(?! )/))
}

describe('rosette split', () => {
  test('adds a column to the table, and keeps the rest: test photos, nobody, formulas', async () => {
    const out = inFolder('split.csv')
    expect(await rosette('split', '--data', inFolder('table.csv'), ...columns, '--out', out)).toBe(0)
    expect(output.stdout).toMatch(/split by encounter\n/)
    expect(output.stdout).toMatch(/^train +8 +2 +4/m)
    expect(output.stdout).toMatch(/^validation +8 +2 +4 +[0-9a-f]{12}$/m)
    const [header, ...rows] = cellsOf(out)
    expect(header).toEqual(['path', 'who', 'seen', 'weather', 'subset_before', 'split'])
    expect(rows).toHaveLength(18)
    expect(rows[8]!.slice(0, 4)).toEqual(['=Bento-0.png', '=Bento', '=Bento0', '"rain, 0"'])
    expect(rows[16]!.at(-1)).toBe('')
    expect(rows[17]!.at(-1)).toBe('test')
    const sides = new Map<string, Set<string>>()
    for (const row of rows.slice(0, 16)) sides.set(row[2]!, (sides.get(row[2]!) ?? new Set()).add(row.at(-1)!))
    expect([...sides.values()].map(({ size }) => size)).toEqual(new Array(8).fill(1))
  })

  test('is read back by every command: sides, and folds of the same hash', async () => {
    const out = inFolder('folds.csv')
    const ask = ['--data', inFolder('table.csv'), ...columns, '--folds', '4', '--out']
    expect(await rosette('split', ...ask, out)).toBe(0)
    const read = openDataset(out, { columns: { identity: 'who', encounter: 'seen' } })
    expect(read.summary).toContain('fold=fold')
    const folds = columnFolds(read.photos.slice(0, 16))
    expect(folds.map(({ validation }) => validation.length)).toEqual([4, 4, 4, 4])
    const encounters = (rows: readonly number[]) => new Set(rows.map((i) => read.photos[i]!.encounter))
    for (const { train, validation } of folds)
      for (const one of encounters(validation)) expect(encounters(train).has(one)).toBe(false)
    expect(read.photos.slice(16).map(({ fold }) => fold)).toEqual([undefined, undefined])
    expect(output.stderr).toContain(
      'warning: no fold could be scored: photos of one encounter are not compared with each other, and no individual has two encounters in one fold; ',
    )
    expect(output.stderr).toContain('--kind identity keeps all photos of an individual in one fold\n')
    const before = output.stdout
    output.stdout = ''
    expect(await rosette('split', ...ask, inFolder('again.csv'))).toBe(0)
    expect(output.stdout.replaceAll('again', 'folds')).toBe(before)
  })

  test('lists the photos of folders, and says from where their names start', async () => {
    const photos = folderWith({
      'a/1.png': await greyPng(1),
      'a/2.png': await greyPng(2),
      'a/3.png': await greyPng(3),
      'a/4.png': await greyPng(4),
      'b/1.png': await greyPng(5),
    })
    const out = inFolder('split.csv')
    expect(await rosette('split', '--data', photos, '--out', out)).toBe(0)
    expect(output.stderr).toContain(`read it back with --data ${out} --images `)
    const read = openDataset(out, { images: photos })
    expect(read.photos.map(({ split }) => split).sort()).toEqual([
      'train',
      'train',
      'train',
      'validation',
      'validation',
    ])
  })

  test('finds bursts: pictures that are alike stay together', async () => {
    const photos = folderWith({})
    const out = inFolder('split.csv')
    for (const [a, name] of ['Abril', 'Bento'].entries()) {
      mkdirSync(join(photos, name))
      for (let i = 0; i < 8; i++) {
        const scene = 10 * a + Math.floor(i / 2)
        writeFileSync(join(photos, name, `${i}.png`), await encodePng(sceneOf(scene, i % 2)))
      }
    }
    expect(await rosette('split', '--data', photos, '--kind', 'burst', '--out', out)).toBe(0)
    expect(output.stderr).toMatch(
      /bursts: \d bursts of 16 photos \(a burst is photos of one individual that are nearly the same picture: within \d+ bits of 64/,
    )
    const { photos: read } = openDataset(out, { images: photos })
    for (let i = 0; i < 16; i += 2) expect(read[i]!.split).toBe(read[i + 1]!.split)
    expect(new Set(read.map(({ split }) => split))).toEqual(new Set(['train', 'validation']))
    expect(await rosette('split', '--data', photos, '--out', inFolder('usual.csv'))).toBe(0) // no sightings are known
    expect(output.stderr).toContain('photos that look alike stay together; --kind stratified divides by lot')
    expect(cellsOf(inFolder('usual.csv'))).toEqual(cellsOf(out))
  })

  test('finds bursts by a model too: mirrored pictures, whose hashes differ, stay together', async () => {
    const photos = folderWith({})
    const files: string[] = []
    for (const [a, name] of ['Abril', 'Bento'].entries()) {
      mkdirSync(join(photos, name))
      for (let i = 0; i < 8; i++) {
        const scene = sceneOf(10 * a + Math.floor(i / 2), 0)
        files.push(join(photos, name, `${i}.png`))
        writeFileSync(files.at(-1)!, await encodePng(i % 2 === 0 ? scene : mirrored(scene)))
      }
    }
    const model = tinyRun({ files: { train: files.slice(0, 3), validation: [] } })
    const ask = ['--data', photos, '--overwrite', '--out', inFolder('split.csv')]
    expect(await rosette('split', ...ask, '--kind', 'burst')).toBe(0)
    expect(output.stderr).toContain('bursts: 2 bursts of 4 photos')
    output.stderr = ''
    expect(await rosette('split', ...ask, '--model', model, '--burst-cosine', '0.9999')).toBe(0)
    expect(output.stderr).toMatch(/bursts: 7 bursts of 16 photos .*within .*, or of cosine 0\.9999 or more\)/)
    expect(output.stderr).toContain(
      `warning: ${model} was trained on 3 of these photos: photos of one individual are alike`,
    )
    expect(output.stdout).toMatch(/^split by burst/)
    const { photos: read } = openDataset(inFolder('split.csv'), { images: photos })
    for (let i = 0; i < 16; i += 2) expect(read[i]!.split).toBe(read[i + 1]!.split)
    expect(await rosette('split', ...ask, '--kind', 'identity', '--model', model)).toBe(2)
    expect(output.stderr).toContain('--model: finds bursts, and a split by identity looks for none')
    expect(await rosette('split', ...ask, '--burst-cosine', '0.9')).toBe(2)
    expect(output.stderr).toContain('--burst-cosine: how alike photos are by the cosines of --model, and none is named')
    const known = ['--data', inFolder('table.csv'), ...columns, '--out', inFolder('known.csv')]
    expect(await rosette('split', ...known, '--model', model)).toBe(0)
    expect(output.stderr).toContain('warning: --model is not used: sightings are known')
  })

  test('writes nothing where the kind needs what no photo has, or over an input', async () => {
    const out = inFolder('split.csv')
    const ask = ['--data', inFolder('table.csv'), ...columns]
    expect(await rosette('split', ...ask, '--kind', 'station', '--out', out)).toBe(2)
    expect(output.stderr).toContain('split by station: no photo has a station')
    expect(output.stderr).toContain('--columns camera=…')
    expect(existsSync(out)).toBe(false)
    writeFileSync(out, 'mine')
    expect(await rosette('split', ...ask, '--out', out)).toBe(2)
    expect(await rosette('split', ...ask, '--out', inFolder('table.csv'), '--overwrite')).toBe(2)
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })
})

describe('what no split can mend', () => {
  const written = (lines: readonly string[]) => {
    const table = inFolder('other.csv')
    writeFileSync(table, `${lines.join('\n')}\n`)
    return ['--data', table, '--out', inFolder('out.csv'), '--overwrite']
  }
  const photosOf = (who: string) => Array.from({ length: 4 }, (_, i) => `${who}-${2 * i}.png,${who},${who} ${i}`)

  test('photos of one individual, and one individual that validates', async () => {
    expect(await rosette('split', ...written(['path,identity,encounter', ...photosOf('Abril')]))).toBe(0)
    const one = 'there is one individual only, Abril (4 photos): no score between individuals can be computed'
    expect(output.stderr).toContain(`warning: ${one}`)
    expect(output.stderr).not.toContain('flatters')
    const audited = ['--data', inFolder('other.csv'), '--out', inFolder('audit.json')]
    output.stderr = ''
    expect(await rosette('audit', ...audited)).toBe(0)
    expect(output.stderr).toContain(`warning: ${one}`)
    output.stderr = ''
    const two = written(['path,identity,encounter', ...photosOf('Abril'), ...photosOf('=Bento')])
    expect(await rosette('split', ...two, '--kind', 'identity', '--folds', '2')).toBe(0)
    expect(output.stderr).toContain('warning: in 2 folds (1, 2) all photos that validate show one individual: ')
    output.stderr = ''
    expect(await rosette('split', ...two)).toBe(0)
    expect(output.stderr).not.toContain('one individual')
    const large =
      'the photos that validate are 50 %, more than the 20 % of --fraction, as the individuals have few encounters'
    expect(output.stderr).toContain(large)
    output.stderr = ''
    expect(await rosette('split', ...two, '--fraction', '0.5')).toBe(0)
    expect(output.stderr).not.toContain('more than the')
  })

  test('a word for test photos among folds is refused, as cv refuses it, and audit says it', async () => {
    const rows = [...photosOf('Abril'), ...photosOf('=Bento')].map((row, i) => `${row},${['1', '2', 'test'][i % 3]}`)
    const table = written(['path,identity,encounter,fold', ...rows])
    const what = "expected a fold in the column for the fold, as 1, 2, got 'test' for 2 photos"
    expect(await rosette('split', ...table)).toBe(2)
    expect(output.stderr).toContain(what)
    expect(output.stderr).toContain('--columns fold=- takes no column for the fold')
    output.stderr = ''
    expect(await rosette('train', ...table.slice(0, 2), '--out', inFolder('run'), '--preset', 'atto')).toBe(2)
    expect(output.stderr).toContain(what)
    output.stderr = ''
    expect(await rosette('audit', ...table.slice(0, 2), '--out', inFolder('audit.json'))).toBe(0)
    expect(output.stderr).toContain(`warning: folds: ${what}`)
    output.stderr = ''
    expect(await rosette('split', ...table, '--columns', 'fold=-', '--folds', '2')).toBe(0)
    expect(output.stderr).toContain('--columns fold=fold')
  })
})

/** A smooth picture of waves, another for each scene, a little brighter the second time. */
function sceneOf(scene: number, brighter: number): ImageRGBA {
  const [width, height] = [64, 48]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let value = 128 + brighter
      for (let k = 0; k < 25; k++) {
        const [kx, ky] = [k % 5, Math.floor(k / 5)]
        value +=
          (40 / (1 + kx + ky)) * Math.cos((3 * kx * x) / width + (3 * ky * y) / height + scene * (1 + 7 * k) ** 2)
      }
      data.fill(value, 4 * (y * width + x), 4 * (y * width + x) + 3)
    }
  return { width, height, data }
}

function mirrored({ width, height, data }: ImageRGBA): ImageRGBA {
  const out = new Uint8Array(data.length)
  for (let p = 0; p < width * height; p++) {
    const from = p + width - 1 - 2 * (p % width)
    out.set(data.subarray(4 * from, 4 * from + 4), 4 * p)
  }
  return { width, height, data: out }
}
