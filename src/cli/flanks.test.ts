import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { folderWith } from '../../test/dataset-fixture.ts'
import { brightPhoto } from '../../test/locator-fixture.ts'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { openDataset } from '../data/index.ts'
import { encodePng } from '../images/index.ts'
import { studio } from '../synth/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let out = ''
beforeEach(() => {
  out = join(temporaryFolder(), 'flanks.csv')
  process.env.ROSETTE_CACHE = temporaryFolder()
})

const rosette = (...args: string[]) => runProgram([...args, '--threads', '1'], commands)
const lines = () => readFileSync(out, 'utf8').trim().split('\n')

test('a table is filled in: known flanks, other columns and rows stay, and it is read again', async () => {
  const drawn = studio({ identities: 2, photosPerIdentity: 4, testPhotosPerIdentity: 0, widthPx: 128, heightPx: 88 })
  const table = ['file,who,side,note']
  const folder = folderWith({})
  for (const [i, photo] of drawn.photos.entries()) {
    writeFileSync(join(folder, photo.filename), await encodePng(drawn.render(photo)))
    table.push(`${photo.filename},${photo.name},${i === 0 ? 'izquierda' : i === 1 ? 'NA' : ''},"a, ${i}"`)
  }
  writeFileSync(join(folder, 'a.csv'), `${table.join('\n')}\n`)
  const args = [
    'flanks',
    '--data',
    join(folder, 'a.csv'),
    '--out',
    out,
    '--columns',
    'filename=file,identity=who,flank=side',
  ]
  expect(await rosette(...args, '--threshold', '0')).toBe(0)
  expect(output.stdout).toContain('known     1 photo, which keeps its flank\n')
  expect(output.stdout).toContain('unsure    0 photos')
  expect(output.stdout).toMatch(
    /next:\n {2}npx rosette identify --model MODEL --gallery \S+flanks\.csv --images \S+ --columns filename=file,identity=who,flank=side NEW_PHOTOS\n/,
  )
  const [header, first, second] = lines()
  expect(header).toBe('file,who,side,note,flank_confidence,flank_from')
  expect(first).toBe(`${drawn.photos[0]!.filename},${drawn.photos[0]!.name},izquierda,"a, 0",,stated`)
  expect(second).toMatch(/,(left|right|front|back),"a, 1",0\.\d{3},proposed$|,1\.000,proposed$/)
  const again = openDataset(out, { images: folder, columns: { filename: 'file', identity: 'who', flank: 'side' } })
  expect(again.photos.map(({ flank }) => flank)).toEqual(expect.arrayContaining(['izquierda']))
  expect(again.photos.every(({ flank }) => flank !== undefined)).toBe(true)
  const before = readFileSync(out, 'utf8')
  const third = join(temporaryFolder(), 'again.csv')
  const named = ['--columns', 'filename=file,identity=who,flank=side', '--images', folder]
  expect(await rosette('flanks', '--data', out, '--out', third, ...named)).toBe(0)
  expect(readFileSync(third, 'utf8')).toBe(before) // all are stated now, and what was proposed still says so
})

test('unsure photos stay empty; names that say a flank are believed; a folder becomes a table', async () => {
  const photos = Object.fromEntries(
    await Promise.all(
      ['Ana/Ana_left_1.png', 'Ana/Ana_right_2.png'].map(async (name, i) => [
        name,
        await brightPhoto(64, 48, [5 + i, 9, 30, 20]),
      ]),
    ),
  )
  expect(await rosette('flanks', '--data', folderWith(photos), '--out', out)).toBe(0)
  expect(lines().map((line) => line.replace(/^Ana\/Ana_/, ''))).toEqual([
    'filename,identity,flank,flank_confidence,flank_from',
    'left_1.png,Ana,left,,name',
    'right_2.png,Ana,right,,name',
  ])
  const plain = folderWith({
    'Ana/1.png': await brightPhoto(64, 48, [5, 9, 30, 20]),
    'Bo/1.png': await brightPhoto(64, 48),
  })
  expect(await rosette('flanks', '--data', plain, '--out', out, '--threshold', '1', '--overwrite')).toBe(0)
  expect(output.stdout).toContain('proposed  none\nunsure    2 photos: their flank stays empty')
  expect(lines()[1]).toMatch(/^Ana\/1\.png,Ana,,0\.\d{3},unsure$/)
  const nobody = folderWith({ '1.png': await brightPhoto(64, 48) })
  output.stdout = ''
  expect(await rosette('flanks', '--data', nobody, '--out', out, '--overwrite')).toBe(0)
  expect(output.stdout).toMatch(
    /next:\n {2}npx rosette identify --model MODEL --gallery KNOWN_PHOTOS --query-images \S+ \S+flanks\.csv\n/,
  )
})
