import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { openDataset } from './open.ts'
import { openQueries } from './queries.ts'

const trainCsv = 'filename,ground_truth\na.png,Abril\nb.png,Abril\nc.png,Bagua\nd.png,Bagua\n'
const testCsv = 'row_id,query_image,gallery_image\n0,y.png,x.png\n1,y.png,z.png\n2,x.png,y.png\n'

describe('a Kaggle folder', () => {
  it.each(['train/train/', 'train/', ''])('has its photos in %s', (place) => {
    const names = ['a.png', 'b.png', 'c.png', 'd.png']
    const folder = folderWith({ 'train.csv': trainCsv, ...Object.fromEntries(names.map((n) => [place + n, 'x'])) })
    const manifest = openDataset(folder, { requireIdentity: true })
    expect(manifest).toMatchObject({ kind: 'kaggle', source: folder, warnings: [], problems: [] })
    expect(manifest.photos.map(({ path }) => path)).toEqual(names.map((name) => join(folder, place, name)))
    expect(manifest.photos[2]).toMatchObject({ filename: 'c.png', identity: 'Bagua', csv: 'train.csv', row: 4 })
  })

  it('has the test photos once each, in the order in which the pairs name them', () => {
    const folder = folderWith({ 'train.csv': trainCsv, 'test.csv': testCsv, 'test/test/x.png': 'x', 'test/z.png': 'z' })
    const { photos } = openDataset(folder, { part: 'test' })
    expect(photos.map(({ filename, row }) => [filename, row])).toEqual([
      ['y.png', 2],
      ['x.png', 2],
      ['z.png', 3],
    ])
    // y.png is nowhere: the message of who opens it names the likeliest place
    expect(photos.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      join('test', 'test', 'y.png'),
      join('test', 'test', 'x.png'),
      join('test', 'z.png'),
    ])
    expect(openDataset(folder, { part: 'all' }).photos).toHaveLength(7)
  })

  it('has no test photos without test.csv, and no identities in it', () => {
    const folder = folderWith({ 'train.csv': trainCsv, 'a.png': '' })
    expect(() => openDataset(folder, { part: 'test' })).toThrow(`${folder}: no test.csv`)
    const tests = folderWith({ 'test.csv': testCsv })
    expect(() => openDataset(tests)).toThrow(`${tests}: no train.csv`)
    expect(() => openDataset(tests, { part: 'test', requireIdentity: true })).toThrow('have no identities')
  })

  it('tells all wrong rows at once, with their numbers', () => {
    const folder = folderWith({
      'train.csv': 'filename,ground_truth\na.png,A\n\na.png,A\n./a.png,B\n,C\n../b.png,D\nc.png,\n',
    })
    expect(() => openDataset(folder, { requireIdentity: true })).toThrow(
      [
        `${folder}: 4 problems`,
        '  train.csv row 6: no file name',
        "  train.csv row 7 '../b.png': leads outside of the folder of photos",
        "  train.csv row 4 'a.png': duplicate of row 2",
        "  train.csv row 5 './a.png': one file with two identities, 'B' here and 'A' in row 2",
      ].join('\n'),
    )
    const collected = openDataset(folder, { problems: 'collect' })
    expect(collected.problems).toHaveLength(4)
    expect(collected.photos.at(-1)).toMatchObject({ filename: 'c.png', identity: undefined, row: 8 })
  })

  it('lists twenty problems and counts the rest', () => {
    const folder = folderWith({ 'train.csv': `filename,ground_truth\n${'a.png,A\n'.repeat(26)}` })
    expect(() => openDataset(folder)).toThrow(/25 problems\n( {2}train.csv row \d+.*\n){20} {2}… and 5 more$/)
  })

  it('warns of identities with one photo', () => {
    const folder = folderWith({ 'train.csv': 'filename,ground_truth\na.png,A\nb.png,B\nc.png,B\nd.png,C\n' })
    expect(openDataset(folder).warnings).toEqual(['2 identities have one photo only: A, C'])
  })
})

describe('a folder', () => {
  it('of folders has an identity in each', () => {
    const folder = folderWith({
      'Bagua/2.JPG': '',
      'Bagua/1.png': '',
      'Abril/1.png': '',
      'Abril/Thumbs.db': '',
      'Abril/.hidden.png': '',
      'empty/readme.txt': '',
      '.git/x.png': '',
      'notes.txt': '',
    })
    const { kind, photos, warnings } = openDataset(folder, { requireIdentity: true })
    expect(kind).toBe('folders')
    expect(photos.map(({ filename, identity }) => [filename, identity])).toEqual([
      ['Abril/1.png', 'Abril'],
      ['Bagua/1.png', 'Bagua'],
      ['Bagua/2.JPG', 'Bagua'],
    ])
    expect(photos[0]!.path).toBe(join(folder, 'Abril', '1.png'))
    expect(warnings).toEqual([
      `${folder}: 1 file that is no photo passed over: notes.txt`,
      'Abril/: 1 file that is no photo passed over: Thumbs.db',
      'empty/: no photos in it, passed over',
      'empty/: 1 file that is no photo passed over: readme.txt',
      '1 identity has one photo only: Abril',
    ])
  })

  it('counts what is no photo in deeper folders, and names the first', () => {
    const others = { 'notes.txt': '', 'Ana/visit 1/a.txt': '', 'Bo/visit 1/Thumbs.db': '', 'Bo/visit 2/Thumbs.db': '' }
    const levels = folderWith({ 'Ana/visit 1/1.png': '', 'Bo/visit 1/1.png': '', 'Bo/visit 2/2.png': '', ...others })
    const told = [
      '1 file that is no photo passed over: notes.txt',
      '3 files that are no photos in deeper folders passed over: Ana/visit 1/a.txt … and 2 more',
    ]
    expect(openDataset(levels).warnings.slice(0, 2)).toEqual(told.map((line) => `${levels}: ${line}`))
    const mixed = folderWith({ 'Ana/1.png': '', 'Ana/b.txt': '', 'Bo/visit 1/1.png': '', 'Bo/visit 1/c.txt': '' })
    expect(openDataset(mixed).warnings.slice(0, 2)).toEqual([
      'Ana/: 1 file that is no photo passed over: b.txt',
      `${mixed}: 1 file that is no photo in deeper folders passed over: Bo/visit 1/c.txt`,
    ])
  })

  it('has a table beside its photos, which the error names', () => {
    const photos = { 'S1/Station0/1.jpg': '', 'S1/Station1/1.jpg': '' }
    const ask = (files: Record<string, string>) =>
      openDataset(folderWith({ ...photos, ...files }), { requireIdentity: true })
    expect(() => ask({ 'TimelapseData.csv': '' })).toThrow(
      /hint: does a table in it say who is on the photos\? name it in place of the folder: .*TimelapseData\.csv$/,
    )
    expect(() => ask({ 'TimelapseData.ddb': '' })).toThrow(/export its data as CSV \(TimelapseData\.csv\)/)
    expect(() => ask({})).toThrow(/hint: make a folder for each identity/)
  })

  it('is no workbook, which the error says', () => {
    const folder = folderWith({ 'a.xlsx': 'PK', 'b.ddb': '' })
    expect(() => openDataset(join(folder, 'a.xlsx'))).toThrow(
      'hint: it is a workbook of a spreadsheet: save the sheet as CSV UTF-8',
    )
    expect(() => openDataset(join(folder, 'b.ddb'))).toThrow('export its data as CSV (TimelapseData.csv)')
  })

  it('says in one warning what lies in many folders', () => {
    const names = ['A', 'B', 'C', 'D', 'E']
    const files = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/1.png`, ''],
        [`${name}/2.png`, ''],
        [`${name}/Thumbs.db`, ''],
      ]),
    )
    const { warnings } = openDataset(folderWith(files))
    expect(warnings).toEqual([
      `in the folders of individuals:\n${names.map((name) => `  ${name}/: 1 file that is no photo passed over: Thumbs.db`).join('\n')}`,
    ])
  })

  it('of photos has no identities', () => {
    const folder = folderWith({ 'b.jpg': '', 'a.webp': '' })
    expect(openDataset(folder).photos.map(({ filename, identity }) => [filename, identity])).toEqual([
      ['a.webp', undefined],
      ['b.jpg', undefined],
    ])
    expect(() => openDataset(folder, { requireIdentity: true })).toThrow('plain folder of photos')
  })

  it('may be a link', () => {
    const folder = folderWith({ 'A/1.png': '', 'A/2.png': '' })
    symlinkSync(folderWith({ '1.png': '', '2.png': '' }), join(folder, 'B'), 'junction')
    expect(openDataset(folder).photos.map(({ identity }) => identity)).toEqual(['A', 'A', 'B', 'B'])
    symlinkSync(join(folder, 'A'), join(folder, 'C'), 'junction')
    expect(() => openDataset(folder)).toThrow(
      /2 problems\n {2}C\/1\.png: one file with two identities, 'C' here and 'A' in 'A\/1\.png'\n {2}C\/2\.png: /,
    )
  })

  it('may have a link among its photos that leads to itself, which opening the photo tells', () => {
    const folder = folderWith({ 'A/1.png': '' })
    symlinkSync('2.png', join(folder, 'A', '2.png'))
    expect(openDataset(folder).photos.map(({ filename }) => filename)).toEqual(['A/1.png', 'A/2.png'])
    expect(openQueries([join(folder, 'A', '2.png')]).photos).toHaveLength(1)
  })

  it('keeps photos in formats that cannot be decoded, so that opening them tells', () => {
    expect(openDataset(folderWith({ 'a.heic': '', 'b.png': '' })).photos).toHaveLength(2)
  })

  const refused: readonly [what: string, files: Record<string, string>, message: string][] = [
    ['nothing in it', {}, 'no photos in it, nor in its folders'],
    ['photos too deep', { 'a/b/c.png': '' }, 'no photos in it, nor in its folders'],
    ['photos and folders of photos', { 'a.png': '', 'B/b.png': '' }, 'both photos and folders of photos (B)'],
    ['train and test but no CSV', { 'train/a.png': '', 'test/b.png': '' }, 'looks like a Kaggle folder'],
    ['a CSV and a folder of photos', { 'labels.csv': '', 'images/a.png': '' }, 'name the CSV'],
    ['photos below an identity', { 'A/a.png': '', 'A/old/b.png': '', 'B/c.png': '' }, 'A/old/: photos below'],
    ['one level too high', { 'A/a.png': '', 'A/x/b.png': '', 'A/y/c.png': '', 'B/c.png': '' }, '/A meant?'],
  ]
  it.each(refused)('with %s is refused', (_, files, message) => {
    expect(() => openDataset(folderWith(files))).toThrow(message)
  })
})

describe('a CSV', () => {
  it('maps columns, knows their usual names, and keeps the others', () => {
    const folder = folderWith({
      'all.csv':
        '\uFEFFpath;ground_truth;sighting;Side;date;station;sex;note\nA/1.jpg;Abril;s1;left;2019-05-01;c7;f;"a; b"\r\n',
    })
    const { kind, photos } = openDataset(join(folder, 'all.csv'), { images: '/photos', columns: { camera: 'station' } })
    expect(kind).toBe('csv')
    expect(photos).toEqual([
      {
        filename: 'A/1.jpg',
        path: join('/photos', 'A', '1.jpg'),
        identity: 'Abril',
        encounter: 's1',
        flank: 'left',
        timestamp: '2019-05-01',
        camera: 'c7',
        box: undefined,
        extra: { sex: 'f', note: 'a; b' },
        csv: 'all.csv',
        row: 2,
      },
    ])
  })

  it('gives a mapped column to no second field', () => {
    const folder = folderWith({ 'a.csv': 'filename,name\na.jpg,s1\n' })
    const { photos } = openDataset(join(folder, 'a.csv'), { columns: { encounter: 'name' } })
    expect(photos[0]).toMatchObject({ encounter: 's1', identity: undefined })
  })

  it('lies beside its photos unless told otherwise', () => {
    const folder = folderWith({ 'a.csv': 'filename\nx.jpg\n' })
    expect(openDataset(join(folder, 'a.csv')).photos[0]!.path).toBe(join(folder, 'x.jpg'))
  })

  it('has boxes as four columns or as one, and two animals in one file', () => {
    const four = folderWith({
      'a.csv': 'filename,identity,x,y,width,height\na.jpg,A,1,2,3,4.5\na.jpg,B,5,2,3,4\nb.jpg,A,,,,\n',
    })
    const { photos, problems } = openDataset(join(four, 'a.csv'), { problems: 'collect' })
    expect(photos.map(({ box }) => box)).toEqual([
      { x: 1, y: 2, width: 3, height: 4.5 },
      { x: 5, y: 2, width: 3, height: 4 },
      undefined,
    ])
    expect(problems).toEqual([])
    const one = folderWith({ 'a.csv': 'filename,bbox\na.jpg,"[1, 2, 3, 4]"\n' })
    expect(openDataset(join(one, 'a.csv')).photos[0]!.box).toEqual({ x: 1, y: 2, width: 3, height: 4 })
  })

  it('has a box in one column and in four, row by row', () => {
    const header = 'filename,bbox,x,y,width,height'
    const rows = [
      'a.jpg,,1,2,3,4',
      'b.jpg,"1,2,3,4",,,,',
      'c.jpg,1 2 3 4,1.0,2,3,4',
      'd.jpg,,,,,',
      'e.jpg,1 2 3 4,1,2,3,5',
    ]
    const folder = folderWith({ 'a.csv': `${[header, ...rows].join('\n')}\n` })
    const { photos, problems } = openDataset(join(folder, 'a.csv'), { problems: 'collect' })
    const box = { x: 1, y: 2, width: 3, height: 4 }
    expect(photos.map((photo) => photo.box)).toEqual([box, box, box, undefined, undefined])
    expect(problems).toEqual([
      { where: "a.csv row 6 'e.jpg'", what: "expected one box, got '1 2 3 4' and in x, y, width, height '1 2 3 5'" },
    ])
  })

  it('may name links that lead out of its folder, but one file has one identity by whatever name', () => {
    const library = folderWith({ 'photo.png': '' })
    const folder = folderWith({ 'a.csv': 'filename,identity,bbox\na.png,A,\nb.png,B,\nb.png,C,1 2 3 4\n' })
    for (const name of ['a.png', 'b.png']) symlinkSync(join(library, 'photo.png'), join(folder, name))
    const { photos, problems } = openDataset(join(folder, 'a.csv'), { problems: 'collect' })
    expect(photos.map(({ path }) => path)).toEqual(['a.png', 'b.png', 'b.png'].map((name) => join(folder, name)))
    expect(problems).toEqual([
      { where: "a.csv row 3 'b.png'", what: "one file with two identities, 'B' here and 'A' in row 2" },
    ])
  })

  it('keeps width and height alone as extra columns', () => {
    const folder = folderWith({ 'a.csv': 'filename,width,height\na.jpg,640,480\n' })
    expect(openDataset(join(folder, 'a.csv')).photos[0]).toMatchObject({
      box: undefined,
      extra: { width: '640', height: '480' },
    })
  })

  const refused: readonly [text: string, options: Parameters<typeof openDataset>[1], message: string][] = [
    [
      'file_name,who\na.jpg,A\n',
      { columns: { identity: 'whom' } },
      "no column 'whom' for identity (did you mean 'who'?)",
    ],
    ['filename\na.jpg\n', { columns: { identety: 'filename' } }, "no field 'identety' (did you mean 'identity'?)"],
    ['picture\na.jpg\n', {}, 'no column of file names'],
    ['filename,who\na.jpg,A\n', { requireIdentity: true }, 'no column of identities'],
    ['filename,who\na.jpg,A\n', { columns: { x: 'who' } }, 'a box needs x, y, width and height, got x'],
    [
      'filename,bbox\na.jpg,1 2 3\n',
      {},
      "a.csv row 2 'a.jpg': expected a box of four numbers (x, y, width, height), got '1 2 3'",
    ],
    ['filename,bbox\na.jpg,0x10 2 3 4\n', {}, "expected a box of four numbers (x, y, width, height), got '0x10 2 3 4'"],
    [
      'filename,bbox\na.jpg,"0.2,0.3,0.5,0.5"\n',
      {},
      "expected a box in pixels, got '0.2 0.3 0.5 0.5': fractions? multiply them by the photo's width and height",
    ],
    ['filename,x,y,width,height\na.jpg,0,0,1,1\n', {}, "expected a box in pixels, got '0 0 1 1'"],
    [
      'filename,x,y,width,heigth\na.jpg,1,2,3,4\n',
      {},
      'a.csv: a box needs x, y, width and height, got x, y, width\nhint: name the missing column with `columns`',
    ],
    ['filename,bbox\na.jpg,1 2 0 3\n', {}, 'expected a box with a width and a height above 0'],
    ['filename,who\na.jpg,A,1\nb.jpg\n', {}, 'expected 2 cells in each row, got another number in row 2 (3), 3 (1)'],
    ['filename,filename\na,b\n', {}, 'columns named twice: filename'],
    ['filename\n"a.jpg\n', {}, 'not a CSV'],
    ['filename\n', {}, 'no photos'],
    ['', {}, 'no header row'],
    ['filename\na.jpg\n', { part: 'test' }, 'expected a Kaggle folder with test.csv'],
  ]
  it.each(refused)('%j is refused', (text, options, message) => {
    expect(() => openDataset(join(folderWith({ 'a.csv': text }), 'a.csv'), options)).toThrow(message)
  })
})

it('refuses what is neither folder nor CSV', () => {
  expect(() => openDataset('/nowhere/at/all')).toThrow('/nowhere/at/all: no such file or folder')
  expect(() => openDataset(join(folderWith({ 'a.jpg': '' }), 'a.jpg'))).toThrow('expected a folder or a CSV')
  expect(() => openDataset(folderWith({ 'a.jpg': '' }), { columns: { identity: 'x' } })).toThrow('`columns` goes with')
})
