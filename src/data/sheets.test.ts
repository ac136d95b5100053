import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

function open(csv: string, files: readonly string[], options: OpenOptions = {}) {
  const folder = folderWith({ 'a.csv': csv, ...Object.fromEntries(files.map((name) => [name, ''])) })
  const manifest = openDataset(join(folder, 'a.csv'), options)
  const left = manifest.reading?.left
  return {
    ...manifest,
    left,
    paths: manifest.photos.map(({ path }) => path.slice(folder.length + 1).replaceAll('\\', '/')),
  }
}

describe('joined columns', () => {
  it('are folders and a name', () => {
    const csv = 'Dir,Name,who\nNorth\\Cam1,1.jpg,A\nNorth/Cam2/,1.jpg,B\n,2.jpg,A\n'
    const { photos } = open(csv, [], { columns: { filename: 'Dir/Name', identity: 'who' } })
    expect(photos.map(({ filename, identity }) => [filename, identity])).toEqual([
      ['North/Cam1/1.jpg', 'A'],
      ['North/Cam2/1.jpg', 'B'],
      ['2.jpg', 'A'],
    ])
    expect(photos[0]!.extra).toEqual({ Dir: 'North\\Cam1', Name: '1.jpg' })
  })

  it('are not left, and columns with the names of the parts of a name that has a stroke itself are', () => {
    const joined = open('Dir,Name,who\nNorth,1.jpg,A\n', [], { columns: { filename: 'Dir/Name', identity: 'who' } })
    expect(joined.reading).toEqual({ columns: { filename: 'Dir/Name', identity: 'who' }, left: [] })
    const own = open('file,who/where,who,where\n1.jpg,A,x,y\n', [], { columns: { identity: 'who/where' } })
    expect(own.reading).toEqual({ columns: { filename: 'file', identity: 'who/where' }, left: ['who', 'where'] })
  })

  it('are told where one is missing, and where a row has no name', () => {
    expect(() => open('Dir,Name\na,1.jpg\n', [], { columns: { filename: 'Dir/Nam' } })).toThrow(
      "no column 'Dir/Nam' for filename",
    )
    expect(() => open('Dir,Name\na,\n', [], { columns: { filename: 'Dir/Name' } })).toThrow('a.csv row 2: no file name')
  })
})

describe('a table of Timelapse', () => {
  const csv =
    'RootFolder,File,RelativePath,DeleteFlag,Individual\nSurvey,1.JPG,S0,false,A\nSurvey,1.JPG,S1\\Cam,false,B\n'
  const two = ['S0/1.JPG', 'S1/Cam/1.JPG']

  it.each([
    ['beside its stations', '', 'RelativePath/File'],
    ['beside its root folder', 'Survey/', 'RootFolder/RelativePath/File'],
  ])('%s', (_, above, columns) => {
    const { paths, photos, notes, left } = open(
      csv,
      two.map((name) => above + name),
    )
    expect(paths).toEqual(two.map((name) => above + name))
    expect(photos.map(({ identity }) => identity)).toEqual(['A', 'B'])
    expect(notes).toEqual([`a table of Timelapse: file names are ${columns}`])
    expect(left).toEqual(columns.startsWith('Root') ? ['DeleteFlag'] : ['RootFolder', 'DeleteFlag'])
  })

  it('of photos that are nowhere, or whose names File has whole', () => {
    expect(open(csv, []).photos.map(({ filename }) => filename)).toEqual(two)
    const whole = open('File,Folder,Individual\nS0/1.JPG,S0,A\nS1/1.JPG,S1,B\n', ['S0/1.JPG', 'S1/1.JPG'])
    expect(whole).toMatchObject({ notes: [], paths: ['S0/1.JPG', 'S1/1.JPG'] })
  })

  it('whose columns a user named, RootFolder being above them or not', () => {
    const columns = { filename: 'RelativePath/File' }
    expect(open(csv, two, { columns })).toMatchObject({ paths: two, notes: [] })
    const below = two.map((name) => `Survey/${name}`)
    expect(open(csv, below, { columns }).paths).toEqual(below)
    expect(open(csv, below, { columns: { filename: 'File' } }).problems ?? []).toEqual([])
  })
})

describe('a folder and a name in two columns', () => {
  const csv = 'Station,Individual,Directory,FileName\nS0,A,S0,1.JPG\nS1,B,.\\S1,1.JPG\n'

  it('are a path where files lie there, or names alone repeat', () => {
    const seen = open(csv, ['S0/1.JPG', 'S1/1.JPG'])
    expect(seen.paths).toEqual(['S0/1.JPG', 'S1/1.JPG'])
    expect(seen.notes).toEqual(['file names are Directory/FileName'])
    expect(seen.reading).toEqual({
      columns: { filename: 'Directory/FileName', identity: 'Individual', camera: 'Station' },
      left: [],
    })
    expect(open(csv, []).photos.map(({ filename }) => filename)).toEqual(['S0/1.JPG', './S1/1.JPG'])
  })

  it('are not where the names are whole, or nothing says so', () => {
    const whole = csv.replace('S0,1.JPG', 'S0,a.JPG')
    expect(open(whole, ['a.JPG', '1.JPG'])).toMatchObject({ paths: ['a.JPG', '1.JPG'], notes: [] })
    expect(open(whole, []).photos.map(({ filename }) => filename)).toEqual(['a.JPG', '1.JPG'])
  })
})

describe('a day and a time of day in two columns', () => {
  const timesOf = (csv: string) => {
    const { photos, reading } = open(csv, [])
    return { times: photos.map(({ timestamp }) => timestamp), ...reading }
  }

  it('are one time', () => {
    const csv = 'file,identity,Date,Time\n1.jpg,A,15/01/2024,10:05:00\n2.jpg,A,,\n3.jpg,A,16/01/2024,1:05 PM\n'
    expect(timesOf(csv)).toEqual({
      times: ['15/01/2024 10:05:00', undefined, '16/01/2024 1:05 PM'],
      columns: { filename: 'file', identity: 'identity', timestamp: 'Date Time' },
      left: [],
    })
  })

  it.each([
    ['a day has no time of day', 'Date,Time', '2024-01-15,10:00\n2.jpg,A,2024-01-16,', 'Date'],
    ['the second is no clock', 'Date,Time', '2024-01-15,night\n2.jpg,A,2024-01-16,day', 'Date'],
    ['the first has the time already', 'Date,Time', '2024-01-15 10:00,10:00\n2.jpg,A,2024-01-16 11:00,11:00', 'Date'],
    ['a third has both', 'Date,Time,DateTime', '2024-01-15,10:00,2024-01-15 10:00', 'DateTime'],
  ])('are not where %s', (_, header, rows, column) => {
    expect(timesOf(`file,identity,${header}\n1.jpg,A,${rows}\n`).columns?.timestamp).toBe(column)
  })
})

describe('a bulk sheet of Wildbook', () => {
  const header = 'Encounter.mediaAsset0,Encounter.mediaAsset1,Encounter.mediaAsset2,MarkedIndividual.individualID'
  const more = 'Encounter.year,Encounter.month,Encounter.day,Sighting.sightingID,Encounter.genus'

  it('has a photo for each media asset, those of a row in one encounter', () => {
    const csv = `${header},${more}\na.jpg,b.jpg,,WB-1,2024,5,1,S7,Panthera\nc.jpg,,,WB-2,2024,6,,,Panthera\n,,,WB-3,2024,,,,\n`
    const { photos, notes } = open(csv, [])
    expect(
      photos.map((p) => [p.filename, p.identity, p.encounter, p.timestamp, p.extra['Encounter.genus'], p.row]),
    ).toEqual([
      ['a.jpg', 'WB-1', 'S7', '2024-05-01', 'Panthera', 2],
      ['b.jpg', 'WB-1', 'S7', '2024-05-01', 'Panthera', 2],
      ['c.jpg', 'WB-2', 'row 3', '2024-06', 'Panthera', 3],
    ])
    expect(notes).toEqual([
      'a bulk sheet of Wildbook: 3 photos in 3 rows',
      "1 of 3 dates has no day, and counts as no time: '2024-06'",
    ])
  })

  it('is told by its own columns, and those of which a date or an encounter was made are not left', () => {
    const row = 'a.jpg,b.jpg,,WB-1,2024,5,1'
    const { summary, left } = open(`${header},${more}\n${row},S7,Panthera\nc.jpg,,,WB-2,2024,6,,,Panthera\n`, [])
    expect(summary).toBe(
      'a.csv: columns filename=Encounter.mediaAsset0 to Encounter.mediaAsset2, identity=MarkedIndividual.individualID, ' +
        'encounter=Sighting.sightingID or row, timestamp=Encounter.year/Encounter.month/Encounter.day; ' +
        '3 photos of 2 individuals, 2 encounters; columns not used: Encounter.genus',
    )
    expect(left).toEqual(['Encounter.genus'])
    expect(open('Encounter.mediaAsset0,Encounter.individualID\na.jpg,A\n', []).reading).toEqual({
      columns: { filename: 'Encounter.mediaAsset0', identity: 'Encounter.individualID', encounter: 'row' },
      left: [],
    })
    const bare = open(`Encounter.mediaAsset0,Encounter.year,who\na.jpg,2024,A\n`, [], { columns: { identity: 'who' } })
    expect(bare.reading).toEqual({
      columns: { filename: 'Encounter.mediaAsset0', identity: 'who', encounter: 'row', timestamp: 'Encounter.year' },
      left: [],
    })
  })

  it('leaves the columns of a date that a user took from elsewhere', () => {
    const columns = { timestamp: 'when', encounter: '-' }
    const { reading, photos } = open(`${header},${more},when\na.jpg,,,WB-1,2024,5,1,S7,,2020-01-01\n`, [], { columns })
    expect(photos[0]).toMatchObject({ timestamp: '2020-01-01', encounter: undefined })
    expect(reading?.columns.timestamp).toBe('when')
    expect(reading?.left).toEqual([
      'Encounter.year',
      'Encounter.month',
      'Encounter.day',
      'Sighting.sightingID',
      'Encounter.genus',
    ])
  })

  it('has dates as far as they are known: a day or month of 0 is none', () => {
    const csv = `${header},${more}\na.jpg,,,WB-1,2024,3,00,,\nb.jpg,,,WB-1,2024,0,5,,\nc.jpg,,,WB-1,2024.0,10.0,20.0,,\nd.jpg,,,WB-1,0,0,0,,\n`
    expect(open(csv, []).photos.map(({ timestamp }) => timestamp)).toEqual(['2024-03', '2024', '2024-10-20', undefined])
  })

  it('has months by name, and what is no date as its cells have it', () => {
    const csv = `${header},${more}\na.jpg,,,WB-1,2024,Feb,3,,\nb.jpg,,,WB-1,2024,mayo,,,\nc.jpg,,,WB-1,2024,13,1.0,,\nd.jpg,,,WB-1,24,2,3,,\n`
    const { photos, warnings } = open(csv, [])
    expect(photos.map(({ timestamp }) => timestamp)).toEqual(['2024-02-03', '2024-05', '2024/13/1.0', '24/2/3'])
    expect(warnings.join()).toContain(
      "2 of 4 times cannot be read, so that these photos count as having none: '2024/13/1.0', '24/2/3'",
    )
  })

  it('may have neither sightings nor dates, and columns that a user names', () => {
    const csv = `${header},who\na.jpg,b.jpg,,WB-1,A\n`
    const { photos } = open(csv, [], { columns: { identity: 'who' } })
    expect(photos.map((p) => [p.identity, p.encounter, p.timestamp])).toEqual([
      ['A', 'row 2', undefined],
      ['A', 'row 2', undefined],
    ])
  })
})
