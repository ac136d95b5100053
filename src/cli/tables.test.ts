import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { decodeNpy } from '../tensor/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

/** Three individuals with four photos each, `Abril_0.png` to `Caiman_3.png`. */
const names = ['Abril', 'Bento', 'Caiman']
let photos = ''
let run = ''
let out = ''
const output = captureOutput()

beforeAll(async () => {
  photos = temporaryFolder()
  for (const name of names)
    for (let i = 0; i < 4; i++) writeFileSync(join(photos, `${name}_${i}.png`), await tinyPhoto(name, i))
  run = tinyRun()
})
beforeEach(() => {
  out = temporaryFolder()
})

function rosette(...args: string[]): Promise<number> {
  return runProgram([...args, '--threads', '1'], commands)
}

/** A table of all photos, the cells after the file name as `cells` tells. */
function table(header: string, cells: (name: string, i: number) => string): string {
  const rows = names.flatMap((name) => [0, 1, 2, 3].map((i) => `${name}_${i}.png,${cells(name, i)}`))
  writeFileSync(join(out, 'table.csv'), `${[header, ...rows].join('\n')}\n`)
  return join(out, 'table.csv')
}

const metrics = () => JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as Record<string, unknown>

function evaluate(csv: string, ...more: string[]): Promise<number> {
  const to = join(out, 'metrics.json')
  return rosette('evaluate', '--model', run, '--data', csv, '--images', photos, '--out', to, '--overwrite', ...more)
}

describe('photos of nobody known', () => {
  const withNobody = () => table('filename,individual', (name, i) => (i === 3 ? 'NA' : name))

  test('are not scored', async () => {
    expect(await evaluate(withNobody())).toBe(0)
    expect(metrics()).toMatchObject({ photos: 9, identities: 3, unidentified: 3, rank1: 1 })
    expect(await evaluate(withNobody(), '--unidentified', 'only=nobody')).toBe(0)
    expect(metrics()).toMatchObject({ photos: 12, identities: 4, unidentified: 0 })
  })

  test('are embedded', async () => {
    const npy = join(out, 'e.npy')
    expect(await rosette('embed', '--model', run, '--data', withNobody(), '--images', photos, '--out', npy)).toBe(0)
    expect(decodeNpy(readFileSync(npy), npy).shape).toEqual([12, 24])
  })

  test('are never an answer', async () => {
    const gallery = ['--gallery', withNobody(), '--images', photos]
    const asked = join(out, 'asked.png')
    writeFileSync(asked, await tinyPhoto('Abril', 9))
    expect(await rosette('identify', '--model', run, ...gallery, '--json', asked)).toBe(0)
    const [{ candidates }] = JSON.parse(output.stdout) as [{ candidates: { identity: string }[] }]
    expect(candidates.map(({ identity }) => identity).sort()).toEqual(names)
  })

  test('may have a folder of their own', async () => {
    for (const name of ['Abril', 'Bento', 'Unknown']) mkdirSync(join(out, 'folders', name), { recursive: true })
    for (const name of ['Abril', 'Bento'])
      for (const i of [0, 1]) copyFileSync(join(photos, `${name}_${i}.png`), join(out, 'folders', name, `${i}.png`))
    for (const i of [2, 3]) copyFileSync(join(photos, `Caiman_${i}.png`), join(out, 'folders', 'Unknown', `${i}.png`))
    const to = join(out, 'metrics.json')
    expect(await rosette('evaluate', '--model', run, '--data', join(out, 'folders'), '--out', to)).toBe(0)
    expect(metrics()).toMatchObject({ photos: 4, identities: 2, unidentified: 2 })
  })
})

test('labels that look alike are told, and merged where that was asked for', async () => {
  const csv = table('filename,individual', (name, i) => (i === 0 ? name.toUpperCase() : name))
  expect(await evaluate(csv)).toBe(0)
  expect(output.stderr).toContain("'Abril' (3 photos), 'ABRIL' (1 photo)\n")
  expect(output.stderr).toContain('--merge-similar-labels makes each group one')
  expect(metrics()).toMatchObject({ identities: 6, skipped: 3 })
  expect(await evaluate(csv, '--merge-similar-labels')).toBe(0)
  expect(metrics()).toMatchObject({ identities: 3, skipped: 0 })
})

describe('columns', () => {
  test('are said, with what is in them', async () => {
    const csv = table('filename,animal_id,visit,notes', (name, i) => `${i === 0 ? '?' : name},v${i},-`)
    expect(await evaluate(csv, '--columns', 'encounter=visit')).toBe(0)
    expect(output.stderr).toContain(
      'data: table.csv: columns filename=filename, identity=animal_id, encounter=visit; 12 photos: 9 of 3 individuals, ' +
        "3 of nobody known (3 '?'), 4 encounters; columns not used: notes\n",
    )
  })

  test('between which only a person can choose are asked for', async () => {
    const csv = table('filename,name,animal_id', (name, i) => `photographer ${i % 2},${name}`)
    for (const command of ['evaluate', 'embed', 'train']) {
      output.stderr = ''
      const to = command === 'train' ? [] : ['--model', run]
      const code = await rosette(
        command,
        ...to,
        '--data',
        csv,
        '--images',
        photos,
        '--out',
        join(out, `${command}.npy`),
      )
      expect(code, command).toBe(2)
      expect(output.stderr).toContain(
        "table.csv: 2 columns could be the identity: 'animal_id' (3 values: Abril, Bento, Caiman); 'name' (2 values: ",
      )
      expect(output.stderr).toContain('hint: say which: --columns identity=animal_id or --columns identity=name\n')
    }
    expect(await evaluate(csv, '--columns', 'identity=animal_id')).toBe(0)
    expect(metrics()).toMatchObject({ identities: 3, rank1: 1 })
  })
})

describe('a column for the split', () => {
  const csv = () => table('filename,identity,subset', (name, i) => `${name},${['Training', 'val', 'TEST', 'test'][i]}`)

  test('chooses the photos to score', async () => {
    expect(await evaluate(csv())).toBe(0)
    expect(output.stderr).toContain(
      'identity=identity, split=subset; 12 photos of 3 individuals, split 3 train + 3 validation + 6 test',
    )
    expect(metrics()).toMatchObject({ split: 'test', photos: 6, queries: 6, trainedOn: 0 })
    expect(output.stdout).toContain('the test photos, 6 of 3 individuals (by the split of the table)')
    expect(await evaluate(csv(), '--split', 'all')).toBe(0)
    expect(metrics()).toMatchObject({ split: 'all', photos: 12 })
    expect(await evaluate(csv(), '--columns', 'split=-')).toBe(0)
    expect(metrics()).toMatchObject({ split: 'all', photos: 12 })
  })

  test('queries are ranked against the gallery where the cells tell them apart', async () => {
    const cells = ['train', 'Query', 'gallery', 'gallery']
    const csv = table('filename,identity,subset', (name, i) => `${name},${cells[i]}`)
    expect(await evaluate(csv)).toBe(0)
    expect(output.stderr).toContain('split 3 train + 9 test (3 to ask about, 6 as the gallery)')
    expect(metrics()).toMatchObject({ split: 'test', photos: 6, queries: 3, gallery: `the gallery of ${csv}` })
    expect(output.stdout).toContain('the test photos, 3 (by the split of the table: its queries)')
  })
})

test('a hint on the table of a gallery, or of queries, names the option of that table', async () => {
  const gallery = join(out, 'gallery.csv')
  copyFileSync(
    table('filename,name,animal_id', (name, i) => `photographer ${i % 2},${name}`),
    gallery,
  )
  const queries = table('filename,identity', (name) => name)
  expect(await evaluate(queries, '--gallery', gallery, '--gallery-images', photos)).toBe(2)
  expect(output.stderr).toContain(
    'say which: --gallery-columns identity=animal_id or --gallery-columns identity=name\n',
  )
  output.stderr = ''
  const asked = join(out, 'asked.csv')
  writeFileSync(asked, 'number,remark\n1,wet\n')
  expect(await rosette('identify', '--model', run, '--gallery', queries, '--images', photos, asked)).toBe(2)
  expect(output.stderr).toContain('number, remark; name them with --query-columns filename=…,identity=…\n')
})

test('options of the two tables go by the names of `identify` and of `evaluate` in both', async () => {
  const csv = table('file,who', (name) => name)
  const of = (which: string) => [`--${which}images`, photos, `--${which}columns`, 'filename=file,identity=who']
  const query = join(out, 'query.csv')
  writeFileSync(query, 'file,who\nAbril_0.png,Abril\n')
  const to = ['--out', join(out, 'metrics.json')]
  const both = ['--data', query, ...of('query-'), '--gallery', csv, ...of('gallery-')]
  expect(await rosette('evaluate', '--model', run, ...both, ...to)).toBe(0)
  expect(metrics()).toMatchObject({ queries: 1, rank1: 1 })
  expect(output.stderr).not.toContain('one photo only') // enough to ask one
  const identify = ['identify', '--model', run, '--gallery', csv, query, ...of('query-')]
  expect(await rosette(...identify, ...of('gallery-'))).toBe(0)
  expect(output.stdout).toMatch(/^Abril_0\.png +1 +Abril /m)

  for (const [first, second] of [
    ['--images', '--gallery-images'],
    ['--gallery-images', '--images'],
  ] as const) {
    output.stderr = ''
    expect(await rosette(...identify, first, photos, second, out)).toBe(2)
    expect(output.stderr).toContain(
      'rosette: --gallery-images and --images are one option of identify\n' +
        'hint: --images and --columns are those of --gallery, --query-images and --query-columns those of a table given as PHOTO\n',
    )
  }
})

test('photos of queries that are not there are told before the gallery is looked at, by the options of their table', async () => {
  const query = join(out, 'query.csv')
  writeFileSync(query, 'filename\nabsent.png\n')
  const gallery = join(out, 'gallery.csv')
  writeFileSync(gallery, 'filename,identity\nabsent too.png,Abril\n')
  const identify = ['identify', '--model', run, '--gallery', gallery]
  expect(await rosette(...identify, query)).toBe(2)
  expect(output.stderr).toContain(
    `rosette: ${query}: 1 problem\n  query.csv row 2 'absent.png': its file is not there; file names start from ${out}\n` +
      'hint: --query-images names the folder that they start from\n',
  )
  expect(output.stderr).not.toContain('gallery.csv')
  output.stderr = ''
  expect(await rosette(...identify, join(out, 'absent.jpg'))).toBe(2)
  expect(output.stderr).toContain(
    `rosette: photos: 1 problem\n  ${out}/absent.jpg: no such file\nhint: photos that cannot be read are left out with --skip-unreadable\n`,
  )
})

test('photos that the model was trained on are recognised under other names', async () => {
  const files = { train: ['Abril_0.png', 'Bento_0.png'].map((name) => join(photos, name)), validation: [] }
  const trained = tinyRun({ train: ['a.png', 'b.png'], files })
  const to = ['--out', join(out, 'metrics.json')]
  const csv = table('filename,identity', (name) => name)
  expect(
    await rosette('evaluate', '--model', trained, '--data', csv, '--images', photos, '--split', 'all', ...to),
  ).toBe(0)
  expect(output.stderr).toContain(
    `warning: ${trained} was TRAINED on 2 of the 12 photos that are scored: that flatters it\n`,
  )
  expect(metrics()).toMatchObject({ trainedOn: 2 })
  const asked = join(out, 'IMG_0001.png')
  copyFileSync(join(photos, 'Bento_0.png'), asked)
  expect(await rosette('identify', '--model', trained, '--gallery', csv, '--images', photos, asked)).toBe(0)
  expect(output.stderr).toContain(
    `warning: ${trained} was TRAINED on 1 of these photos, so that it knows them by heart: ${asked}\n`,
  )
})

test('labels of queries and gallery that look alike are told, and merged where that was asked for', async () => {
  const gallery = table('filename,identity', (name) => name)
  const queries = join(out, 'queries.csv')
  writeFileSync(queries, 'filename,identity\nAbril_0.png,ABRIL\nAbril_1.png,ABRIL\nBento_0.png,Bento\n')
  const against = ['--gallery', gallery, '--gallery-images', photos]
  expect(await evaluate(queries, ...against)).toBe(0)
  expect(metrics()).toMatchObject({ notInGallery: 2, queries: 1 })
  expect(output.stderr).toContain(
    "labels of queries look like labels of the gallery, but are others: 'ABRIL' and 'Abril'; --merge-similar-labels makes them one",
  )
  expect(await evaluate(queries, ...against, '--merge-similar-labels')).toBe(0)
  expect(metrics()).toMatchObject({ notInGallery: 0, queries: 3, rank1: 1 })
})
