import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { identifiedOnly } from './manifest.ts'
import { type OpenOptions, openDataset } from './open.ts'

function table(header: string, rows: readonly string[], options: OpenOptions = {}) {
  const folder = folderWith({ 'a.csv': `${header}\n${rows.map((row, i) => `${i}.jpg,${row}`).join('\n')}\n` })
  return openDataset(join(folder, 'a.csv'), options)
}

const identitiesIn = (photos: ReturnType<typeof table>['photos']) => photos.map(({ identity }) => identity)

it('labels that a spreadsheet seems to have changed are told', () => {
  const rows = [
    '9.85112E+14',
    '9.85112E+14',
    '1-Jan',
    '02. Mrz',
    'Mar-01',
    '01-sept',
    'Ana',
    'May',
    'J-12',
    'Jan',
    '2E4',
    'Mark-01',
  ]
  const { warnings } = table('filename,identity', rows)
  const told = warnings.filter((text) => text.startsWith('labels that a spreadsheet seems to have changed'))
  expect(told).toHaveLength(2)
  expect(told[0]).toContain(
    "changed: '9.85112E+14' (2 photos); a long number loses its last digits so, and two animals may",
  )
  expect(told[1]).toContain(
    "changed: '1-Jan' (1 photo), '02. Mrz' (1 photo), 'Mar-01' (1 photo), '01-sept' (1 photo); a name such as 1-2 or MAR1",
  )
})

it('labels that join other individuals are told', () => {
  const joint = ['Ana & Ben', 'Ana, Ben', 'ana and  Ben', 'Ana y Ben']
  const rows = ['Ana', 'Ben', ...joint, 'Ben & Jerry', 'Ana-Ben', 'A,a']
  const { warnings } = table(
    'filename,identity',
    rows.map((label) => `"${label}"`),
  )
  expect(warnings.filter((text) => text.includes('join the names'))).toEqual([
    "counted as individuals of their own, though their labels join the names of others: 'Ana & Ben' (1 photo), 'Ana, Ben' (1 photo), " +
      "'ana and  Ben' (1 photo), 'Ana y Ben' (1 photo); a row with a box for each animal tells them apart, or " +
      '`unidentified: ["Ana & Ben","ana and  Ben","Ana y Ben"]` leaves them out',
  ])
})

describe('words for nobody', () => {
  const rows = ['A', 'A', 'NA', '', 'unknown', 'NA', 'B']

  it('leave photos unidentified, counted by word', () => {
    const manifest = table('filename,identity', rows, { requireIdentity: true })
    expect(identitiesIn(manifest.photos)).toEqual(['A', 'A', undefined, undefined, undefined, undefined, 'B'])
    expect(manifest.words).toEqual([
      { field: 'identity', word: 'NA', photos: 2 },
      { field: 'identity', word: '', photos: 1 },
      { field: 'identity', word: 'unknown', photos: 1 },
    ])
    expect(identifiedOnly(manifest).photos.map(({ filename }) => filename)).toEqual(['0.jpg', '1.jpg', '6.jpg'])
    expect(manifest.warnings).toEqual(['1 identity has one photo only: B'])
  })

  it('are told with their invisible letters', () => {
    const manifest = table('filename,identity', ['A', 'A', 'B\u200b', 'C\u200f', 'El  Jefe'])
    expect(manifest.warnings).toContain('3 identities have one photo only: B<U+200B>, C<U+200F>, El  Jefe')
  })

  it('are those that were given and the usual ones', () => {
    const manifest = table('filename,identity', [...rows, 'b'], { unidentified: ['B'] })
    expect(identitiesIn(manifest.photos)).toEqual([
      'A',
      'A',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('are only those that were given where that was said; the usual ones among the labels are then told', () => {
    const manifest = table('filename,identity', [...rows, 'b'], { unidentified: { only: ['B'] } })
    expect(identitiesIn(manifest.photos)).toEqual(['A', 'A', 'NA', undefined, 'unknown', 'NA', undefined, undefined])
    expect(manifest.warnings[0]).toBe(
      'counted as individuals, though their labels may stand for no animal, or for one that is not certain: ' +
        '\'NA\' (2 photos), \'unknown\' (1 photo); `unidentified: ["NA","unknown"]` leaves them out',
    )
  })

  it('that stand at no photo are told, for they may be misspelt', () => {
    const warned = (options: OpenOptions) => table('filename,identity', ['A', 'A', 'rest 1'], options).warnings
    expect(warned({ unidentified: ['Rest_1'] })).toEqual([])
    expect(warned({ unidentified: ['rest 1', 'rets 2'] })).toEqual([
      '`unidentified: ["rets 2"]`: no photo has such a label',
    ])
    expect(warned({ unidentified: { only: ['x'] } })[0]).toBe('`unidentified: ["x"]`: no photo has such a label')
  })

  it('follow the advice that names of doubt get', () => {
    const doubtful = ['A', 'A', 'unknown 2', 'Unk3', 'NA', 'Doe, jane?']
    const { warnings } = table(
      'filename,identity',
      doubtful.map((label) => `"${label}"`),
    )
    expect(warnings[0]).toMatch(
      /'unknown 2' \(1 photo\), 'Unk3' \(1 photo\), 'Doe, jane\?' \(1 photo\); `unidentified: \["unknown 2","Unk3"\]` leaves them out$/,
    )
    const { photos } = table('filename,identity', ['A', 'unknown 2', 'Unk3', 'NA'], {
      unidentified: ['unknown 2', 'Unk3'],
    })
    expect(identitiesIn(photos)).toEqual(['A', undefined, undefined, undefined])
  })

  it('of a user are those of identities alone: encounter 0 stays one', () => {
    const [photo] = table('filename,identity,encounter', ['0,0', '1,0', '1,1'], { unidentified: ['0'] }).photos
    expect([photo!.identity, photo!.encounter]).toEqual([undefined, '0'])
    const { photos } = table('filename,identity,encounter', ['NA,NA', 'NA,1'], { unidentified: { only: [] } })
    expect(photos.map(({ identity, encounter }) => [identity, encounter])).toEqual([
      ['NA', undefined],
      ['NA', '1'],
    ])
  })

  it('are no encounter, no side and no camera', () => {
    const manifest = table('filename,identity,sighting,side,camera', ['A,NA,?,c1', 'A,s1,left,-', 'B,,n/a,'])
    expect(manifest.photos.map(({ encounter, flank, camera }) => [encounter, flank, camera])).toEqual([
      [undefined, undefined, 'c1'],
      ['s1', 'left', undefined],
      [undefined, undefined, undefined],
    ])
  })

  it('name folders of nobody known', () => {
    const folder = folderWith({ 'Ana/1.jpg': '', 'Ana/2.jpg': '', 'Unknown/3.jpg': '', '_unidentified_/4.jpg': '' })
    const { photos, words } = openDataset(folder, { requireIdentity: true })
    expect(photos.map(({ filename, identity }) => [filename, identity])).toEqual([
      ['Ana/1.jpg', 'Ana'],
      ['Ana/2.jpg', 'Ana'],
      ['Unknown/3.jpg', undefined],
      ['_unidentified_/4.jpg', undefined],
    ])
    expect(words?.map(({ word, photos }) => [word, photos])).toEqual([
      ['Unknown', 1],
      ['_unidentified_', 1],
    ])
    expect(identitiesIn(openDataset(folder, { unidentified: { only: ['ana'] } }).photos)).toEqual([
      undefined,
      undefined,
      'Unknown',
      '_unidentified_',
    ])
  })

  it('alone are an error where identities are needed', () => {
    expect(() => table('filename,identity', ['NA', ''], { requireIdentity: true })).toThrow(
      /a\.csv: identities are needed, and no photo has one: labels that stand for nobody are 'NA', ''\nhint: `unidentified`/,
    )
    expect(table('filename,identity', ['NA', '']).photos).toHaveLength(2)
  })

  it('leave a file in two rows, with a name and without, in doubt', () => {
    const folder = folderWith({ 'a.csv': 'filename,identity\na.jpg,A\na.jpg,NA\n' })
    expect(openDataset(join(folder, 'a.csv'), { problems: 'collect' }).problems).toEqual([
      { where: "a.csv row 3 'a.jpg'", what: "one file with two identities, nobody here and 'A' in row 2" },
    ])
  })
})

describe('labels that look alike', () => {
  const rows = ['007', '7', '007', 'El Jefe', 'el jefe', 'El  Jefe', 'El Jefe', 'Ana', 'Ana']

  it('are told and counted apart', () => {
    const manifest = table('filename,identity', rows)
    expect(new Set(identitiesIn(manifest.photos)).size).toBe(6)
    expect(manifest.warnings).toEqual([
      [
        'individuals whose labels look alike, counted apart:',
        "  '007' (2 photos), '7' (1 photo)",
        "  'El Jefe' (2 photos), 'El  Jefe' (1 photo), 'el jefe' (1 photo)",
        '  `mergeSimilarLabels` makes each group one',
      ].join('\n'),
      '3 identities have one photo only: 7, El  Jefe, el jefe',
    ])
  })

  it('are one where that was asked for: the spelling that most photos have', () => {
    const manifest = table('filename,identity', rows, { mergeSimilarLabels: true })
    expect(identitiesIn(manifest.photos)).toEqual([
      ...['007', '007', '007', 'El Jefe', 'El Jefe', 'El Jefe', 'El Jefe', 'Ana', 'Ana'],
    ])
    expect(manifest.warnings).toEqual([
      [
        'individuals whose labels look alike were merged:',
        "  '7' (1 photo) counted as '007' (2 photos)",
        "  'El  Jefe' (1 photo), 'el jefe' (1 photo) counted as 'El Jefe' (2 photos)",
      ].join('\n'),
    ])
  })

  it('differ in the flank alone: told, and no others', () => {
    const labels = [
      'Ana_left',
      'Ana-R',
      'Bo (izq)',
      'bo (der)',
      'Cai L',
      'Cairo R',
      'Left',
      'Cleft',
      'Dia left',
      'D-right',
    ]
    const flanks = table('filename,identity', labels).warnings.filter((text) => text.includes('flank'))
    expect(flanks).toEqual([
      "individuals whose labels differ in the flank alone, counted apart: 'Ana-R' and 'Ana_left', 'Bo (izq)' and 'bo (der)'; " +
        'where these are one animal, give the flank in a column flank, or in folders below the animal (Ana/left)',
    ])
  })

  it('are encounters too', () => {
    const rows = ['A,S1', 'A,s1', 'B,2024-05-01', 'B,2024-5-1']
    expect(table('filename,identity,encounter', rows).warnings[0]).toContain(
      "encounters whose labels look alike, counted apart:\n  '2024-05-01' (1 photo), '2024-5-1' (1 photo)",
    )
    const { photos } = table('filename,identity,encounter', rows, { mergeSimilarLabels: true })
    expect(photos.map(({ encounter }) => encounter)).toEqual(['S1', 'S1', '2024-05-01', '2024-05-01'])
  })

  it('but for spaces around them are one individual, which is said', () => {
    const folder = folderWith({ 'a.csv': 'filename,identity\na.jpg,Ana\nb.jpg, Ana \nc.jpg,"Ana "\n' })
    const { photos, notes } = openDataset(join(folder, 'a.csv'))
    expect(identitiesIn(photos)).toEqual(['Ana', 'Ana', 'Ana'])
    expect(notes).toEqual(["column 'identity': spaces around the labels of 2 of 3 rows are left out"])
    const all = folderWith({ 'a.csv': 'filename, identity\na.jpg, Ana\nb.jpg, Ana\n' })
    expect(openDataset(join(all, 'a.csv')).notes).toEqual([])
  })

  it('in two Unicode forms are one individual in any case', () => {
    const { photos, warnings } = table('filename,identity', ['José', 'José', 'Jose\u0301'])
    expect(identitiesIn(photos)).toEqual(['José', 'José', 'José'])
    expect(warnings).toEqual([
      "'José' is written as 'José' in Unicode's form NFC (2 photos) and as 'Jose\u0301' in another Unicode form (1 photo): " +
        'taken as one individual',
    ])
    const folder = folderWith({ 'José/1.jpg': '', 'Jose\u0301/2.jpg': '', 'Ana/1.jpg': '' })
    expect(new Set(identitiesIn(openDataset(folder).photos))).toEqual(new Set(['Ana', 'José']))
  })
})
