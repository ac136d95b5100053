import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

/** A table with these rows, the photos that it names beside it. */
function opened(header: string, rows: readonly string[], options: OpenOptions & { files?: readonly string[] } = {}) {
  const { files = [], ...rest } = options
  const csv = `${[header, ...rows].join('\n')}\n`
  return openDataset(
    join(folderWith({ 'table.csv': csv, ...Object.fromEntries(files.map((name) => [name, name])) }), 'table.csv'),
    rest,
  )
}

const columnsOf = (header: string, rows: readonly string[], options: Parameters<typeof opened>[2] = {}) =>
  opened(header, rows, options).reading!.columns

it('the time is a column with a time of day rather than one of days', () => {
  const rows = ['a.jpg,A,2024-05-01,2024-05-01 10:00:00']
  expect(columnsOf('file,identity,Date,DateTimeOriginal', rows).timestamp).toBe('DateTimeOriginal')
  expect(columnsOf('file,identity,Date,Note', rows).timestamp).toBe('Date')
})

describe('the identity', () => {
  const usual = [
    ...[
      'animal_id',
      'AnimalID',
      'Animal ID',
      'individualID',
      'Individual-Id',
      'individual id',
      'animal',
      'identity_id',
      'catalog_id',
    ],
    ...[
      'catalogueID',
      'Marked Individual',
      'MarkedIndividual',
      'organismID',
      'Jaguar_ID',
      'id_individuo',
      'Individuum',
      'GROUND_TRUTH',
    ],
    ...['\uFEFFidentity', 'Identity', '个体', 'name', 'Label', 'Nombre'],
  ]
  it.each(usual)('may be called %s', (name) => {
    expect(columnsOf(`photo,${name}`, ['a.jpg,A', 'b.jpg,B']).identity).toBe(name.replace('\uFEFF', ''))
  })

  const photographers = [
    'a.jpg,J. Smith,Beads,Panthera onca',
    'b.jpg,M. Ruiz,Beads,Panthera onca',
    'c.jpg,J. Smith,Dado,Panthera onca',
  ]

  it('is asked for where a name may be the photographer’s', () => {
    expect(() => opened('file,name,animal_id,label', photographers)).toThrow(
      [
        "table.csv: 2 columns could be the identity: 'animal_id' (2 values: Beads, Dado); 'name' (2 values: J. Smith, M. Ruiz)",
        'hint: say which: `columns: {"identity":"animal_id"}` or `columns: {"identity":"name"}`',
      ].join('\n'),
    )
    const options = { columns: { identity: 'animal_id' } }
    expect(opened('file,name,animal_id,label', photographers, options).reading).toEqual({
      columns: { filename: 'file', identity: 'animal_id' },
      left: ['name', 'label'],
    })
  })

  it('is asked for where a label may be the species', () => {
    const rows = ['a.jpg,ocelot,Beads', 'b.jpg,jaguar,Beads', 'c.jpg,jaguar,Dado', 'd.jpg,ocelot,Dado']
    expect(() => opened('file,label,AnimalID', rows)).toThrow(
      '`columns: {"identity":"AnimalID"}` or `columns: {"identity":"label"}`',
    )
    // a name that nobody listed, but that speaks of individuals
    expect(() => opened('file,label,Seal individual', rows)).toThrow("'Seal individual' (2 values: Beads, Dado)")
    expect(() => opened('file,label,ear_tag', rows)).toThrow("'ear_tag' (2 values")
  })

  it('is not what has one value for all photos, or says nothing', () => {
    const one = (header: string, rows: readonly string[]) => columnsOf(header, rows).identity
    expect(one('file,label,animal_id', ['a.jpg,jaguar,A', 'b.jpg,jaguar,B', 'c.jpg,jaguar,B'])).toBe('animal_id')
    expect(one('file,animal,individual_id', ['a.jpg,jaguar,A', 'b.jpg,jaguar,B', 'c.jpg,jaguar,B'])).toBe(
      'individual_id',
    )
    expect(one('file,individual,name', ['a.jpg,,A', 'b.jpg,NA,B', 'c.jpg,,B'])).toBe('name')
    // a title for each photo
    expect(one('file,name,animal_id', ['a.jpg,t1,A', 'b.jpg,t2,B', 'c.jpg,t3,B'])).toBe('animal_id')
    // what is said of individuals
    expect(one('file,name,individual_count,animal sex', ['a.jpg,A,1,f', 'b.jpg,B,2,m', 'c.jpg,B,1,f'])).toBe('name')
  })

  it('may stand twice, as a name and as a number: the column with more of them is taken', () => {
    const rows = ['a.jpg,1,Ana', 'b.jpg,1,Ana', 'c.jpg,2,', 'd.jpg,3,Bia', 'e.jpg,3,Bia']
    expect(columnsOf('file,individual_id,name', rows).identity).toBe('individual_id')
    expect(columnsOf('file,individual_name,animal_id', ['a.jpg,Ana,1', 'b.jpg,Bia,2', 'c.jpg,Bia,2']).identity).toBe(
      'individual_name',
    )
    expect(() => opened('file,individual,animal_id', ['a.jpg,Ana,1', 'b.jpg,Bia,2', 'c.jpg,Bia,1'])).toThrow(
      "2 columns could be the identity: 'individual'",
    )
  })

  it('of one value for all photos, in a column that may be the species, is doubted', () => {
    expect(opened('file,label', ['a.jpg,jaguar', 'b.jpg,jaguar']).warnings).toEqual([
      'all photos are of one individual, \'jaguar\', as column \'label\' says: if that is no individual, `columns: {"identity":"…"}` names the column',
    ])
  })
})

describe('other columns', () => {
  it('of a usual table are found', () => {
    const { reading, photos } = opened(
      'image_id,identity,path,date,orientation,species',
      ['0,A,images/a.jpg,2020-01-01,left,zebra', '1,B,images/b.jpg,2020-01-02,right,zebra'],
      { files: ['images/a.jpg', 'images/b.jpg'] },
    )
    expect(reading).toEqual({
      columns: { filename: 'path', identity: 'identity', timestamp: 'date', flank: 'orientation' },
      left: ['image_id', 'species'],
    })
    expect(photos[0]).toMatchObject({ flank: 'left', timestamp: '2020-01-01' })
  })

  it('of file names are told apart by the files', () => {
    const rows = ['IMG_1,photos/a.jpg,A', 'IMG_2,photos/b.jpg,B']
    const files = ['photos/a.jpg', 'photos/b.jpg']
    expect(columnsOf('image,path,identity', rows, { files }).filename).toBe('path')
    expect(columnsOf('image,path,identity', rows).filename).toBe('path') // by its name, for want of files
    expect(columnsOf('file,path,identity', rows, { files }).filename).toBe('path')
    expect(columnsOf('file,path,identity', rows).filename).toBe('file')
    const both = ['a.jpg,small/a.jpg,A', 'b.jpg,small/b.jpg,B']
    expect(() =>
      opened('file,path,identity', both, { files: ['a.jpg', 'b.jpg', 'small/a.jpg', 'small/b.jpg'] }),
    ).toThrow("2 columns could be the filename: 'file' (2 values: a.jpg, b.jpg); 'path'")
    expect(columnsOf('file,path,identity', ['a.jpg,./a.jpg,A'], { files: ['a.jpg'] }).filename).toBe('file')
  })

  it('of encounters that differ are a question, unless one only is an encounter', () => {
    const rows = ['a.jpg,A,1,7', 'b.jpg,A,1,8', 'c.jpg,B,2,9', 'd.jpg,B,2,9']
    expect(() => opened('file,identity,encounter,sighting', rows)).toThrow('2 columns could be the encounter')
    expect(columnsOf('file,identity,encounter,seq_id', rows).encounter).toBe('encounter')
    expect(columnsOf('file,identity,note,seq_id', rows).encounter).toBe('seq_id')
    expect(columnsOf('file,identity,encounter,sighting', rows, { columns: { encounter: 'sighting' } }).encounter).toBe(
      'sighting',
    )
  })

  it('are not looked for where a minus says that there is none', () => {
    const rows = ['a.jpg,A,1', 'b.jpg,A,2']
    expect(columnsOf('file,identity,encounter', rows, { columns: { encounter: '-' } })).toEqual({
      filename: 'file',
      identity: 'identity',
    })
    expect(() => opened('file,identity,encounter', rows, { columns: { encounter: '--' } })).toThrow(
      "no column '--' for encounter",
    )
  })
})

describe('a split', () => {
  const rows = ['a.jpg,A,train,test', 'b.jpg,A,test,train', 'c.jpg,B,,train', 'd.jpg,B,train,train']
  it.each(['dataset', 'fold', 'ml set'])('is what a column says that is called %s', (name) => {
    const { reading, photos } = opened(
      `file,identity,${name},note`,
      rows.map((row) => row.replace(/,\w+$/, ',x')),
    )
    expect(reading!.columns).toEqual({ filename: 'file', identity: 'identity', split: name })
    expect(photos.map(({ split }) => split)).toEqual(['train', 'test', 'none', 'train'])
  })

  it('is none where a minus says so, and nothing is said of the column', () => {
    const { reading, warnings } = opened(
      'file,identity,split',
      rows.map((row) => row.replace(/,\w+$/, '')),
      {
        columns: { split: '-' },
      },
    )
    expect(reading).toEqual({ columns: { filename: 'file', identity: 'identity' }, left: ['split'] })
    expect(warnings).toEqual([])
  })

  it('is asked for where two columns say different ones, and is no column with other words, or with one side', () => {
    expect(() => opened('file,identity,split_open,split_closed', rows)).toThrow(
      "2 columns could be the split: 'split_open' (2 values: train, test); 'split_closed' (2 values: test, train)",
    )
    const places = ['a.jpg,A,Train,test', 'b.jpg,A,Test,test', 'c.jpg,B,Bridge,test']
    expect(columnsOf('file,identity,place,kind', places)).toEqual({ filename: 'file', identity: 'identity' })
  })
})

it('folds are asked for where two columns divide differently, and taken where they only have other names', () => {
  const rows = ['a.jpg,A,0,1', 'b.jpg,A,1,1', 'c.jpg,B,0,2', 'd.jpg,B,1,2']
  expect(() => opened('file,identity,fold,cv_fold', rows)).toThrow(
    "2 columns could be the fold: 'fold' (2 values: 0, 1); 'cv_fold' (2 values: 1, 2)",
  )
  const same = ['a.jpg,A,0,x', 'b.jpg,A,1,y', 'c.jpg,B,0,x', 'd.jpg,B,1,y']
  expect(columnsOf('file,identity,fold,cv_fold', same)).toMatchObject({ fold: 'fold' })
  expect(columnsOf('file,identity,fold,cv_fold', rows, { columns: { fold: 'cv_fold' } })).toMatchObject({
    fold: 'cv_fold',
  })
})

it('an Id is an individual where photos share it, and nothing else is', () => {
  expect(columnsOf('Image,Id', ['a.jpg,w1', 'b.jpg,w1', 'c.jpg,w2', 'd.jpg,new_whale']).identity).toBe('Id')
  expect(columnsOf('Image,Id', ['a.jpg,1', 'b.jpg,2']).identity).toBeUndefined()
  expect(columnsOf('Image,Id,name', ['a.jpg,1,A', 'b.jpg,1,B']).identity).toBe('name')
})

it.each([
  ['file', 'filename'],
  ['individual', 'identity'],
  ['Sighting', 'encounter'],
  ['identiti', 'identity'],
])('a field called %s is %s', (word, field) => {
  expect(() => columnsOf('a,b', ['a.jpg,A'], { columns: { [word]: 'a' } })).toThrow(
    `no field '${word}' (did you mean '${field}'?)`,
  )
})

it('a mapped column that is missing is told alone: the file names have their column', () => {
  expect(() => columnsOf('file,ident', ['a.jpg,A'], { columns: { identity: 'idnt' } })).toThrow(
    /^[^\n]*table.csv: no column 'idnt' for identity \(did you mean 'ident'\?\)\nhint: its columns are file, ident/,
  )
})

describe('the summary', () => {
  it('tells columns, numbers and what is not used', () => {
    const rows = ['a.jpg,A,s1,x', 'b.jpg,A,s2,x', 'c.jpg,NA,,x', 'd.jpg,,s2,x', 'e.jpg,NA,s3,y']
    expect(opened('file,animal_id,sighting,notes', rows).summary).toBe(
      'table.csv: columns filename=file, identity=animal_id, encounter=sighting; 5 photos: 2 of 1 individual, ' +
        "3 of nobody known (2 'NA', 1 empty), 3 encounters, 1 without an encounter (1 empty); columns not used: notes",
    )
    expect(opened('file', ['a.jpg']).summary).toBe('table.csv: columns filename=file; 1 photo')
  })

  it('tells of folders likewise', () => {
    const folder = folderWith({ 'Ana/1.jpg': '', 'Bia/1.jpg': '', 'Unknown/1.jpg': '' })
    expect(openDataset(folder).summary).toBe(
      `${folder.split('/').at(-1)}: a folder for each individual; 3 photos: 2 of 2 individuals, 1 of nobody known (1 'Unknown')`,
    )
  })
})

describe('what messages say of columns', () => {
  const joined = { columns: { filename: 'folder/file' } }

  it('calls columns what the file has: none that was joined', () => {
    const rows = ['x,a.png,Ana', 'x,b.png,Bo']
    expect(() => opened('folder,file,whom', rows, { ...joined, requireIdentity: true })).toThrow(
      'its columns are folder, file, whom; name it with',
    )
    const wrong = { columns: { ...joined.columns, identity: 'who' } }
    expect(() => opened('folder,file,whom', rows, wrong)).toThrow("no column 'who' for identity (did you mean 'whom'?)")
    expect(() => opened('folder,file,whom', rows, wrong)).toThrow(
      'its columns are folder, file, whom; name them with `columns: {"filename":"folder/file","identity":"…"}`',
    )
  })

  it('says which field has the station', () => {
    expect(() => opened('file,place', ['a.png,x'], { columns: { station: 'place' } })).toThrow(
      /no field 'station' \(did you mean 'camera'\?\); there are .*, camera \(the station\), /,
    )
  })

  it('says that a format of boxes changes nothing where there are none', () => {
    const told = (header: string, row: string) => opened(header, [row], { boxFormat: 'xyxy' }).warnings
    expect(told('file,place', 'a.png,x').at(-1)).toMatch(/csv: `boxFormat` changes nothing: there are no boxes in it$/)
    expect(told('file,x1,y1,x2,y2', 'a.png,1,2,30,40').join()).not.toContain('boxFormat')
    const folder = folderWith({ 'Ana/a.png': 'x', 'Bo/b.png': 'x' })
    expect(openDataset(folder, { boxFormat: 'xywh' }).warnings).toContain(
      `${folder}: \`boxFormat\` changes nothing: it is no table with boxes`,
    )
  })
})
