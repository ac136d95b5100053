import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { datasetHash } from './hash.ts'
import { type OpenOptions, openDataset } from './open.ts'

/** A table of one photo a row, its cells after the file name given. */
async function tableOf(header: string, rows: readonly string[], options: OpenOptions = {}) {
  const files: Record<string, string | Uint8Array> = {}
  for (const [i] of rows.entries()) files[`${i}.png`] = await greyPng(i)
  const text = [`filename,${header}`, ...rows.map((row, i) => `${i}.png,${row}`)].join('\n')
  return openDataset(`${folderWith({ ...files, 'table.csv': text })}/table.csv`, options)
}

const rows = [
  'Ana,c1,2024-05-01 10:00:00',
  'Ana,c1,2024-05-01 10:50:00',
  'Ana,c1,2024-05-01 11:49:00', // within an hour of the photo before, not of the first
  'Ana,c2,2024-05-01 10:05:00',
  'Bo,c1,2024-05-01 10:01:00',
  'Ana,c1,2024-05-01 12:50:00',
  'NA,c1,2024-05-01 10:02:00',
  'Bo,c1,',
]

describe('encounters', () => {
  it('are photos of one individual and camera, each within an hour of the one before', async () => {
    const { photos, summary, notes } = await tableOf('identity,camera,timestamp', rows)
    expect(photos.map(({ encounter }) => encounter)).toEqual([
      ...new Array(3).fill('Ana c1 2024-05-01 10:00:00'),
      'Ana c2 2024-05-01 10:05:00',
      'Bo c1 2024-05-01 10:01:00',
      'Ana c1 2024-05-01 12:50:00',
      undefined,
      undefined,
    ])
    expect(summary).toContain('4 encounters from timestamp and camera, gap 60 min')
    expect(notes).toContain('1 photo without a time belongs to no encounter')
  })

  it('a date without a time is of all encounters of its day, which are one then', async () => {
    const dated = [
      'Ana,2024-05-01', // when is not known
      'Ana,2024-05-01 10:00',
      'Ana,2024-05-01 18:00',
      'Ana,2024-05-01 23:50',
      'Ana,2024-05-02 00:10', // within the hour
      'Ana,2024-05-03',
      'Ana,2024-05-04 00:20',
      'Bo,2024-05-01 10:00',
      'Bo,2024-05-01 18:00',
    ]
    const { photos, notes } = await tableOf('identity,timestamp', dated)
    expect(photos.map(({ encounter }) => encounter)).toEqual([
      ...new Array(5).fill('Ana 2024-05-01 00:00:00'),
      'Ana 2024-05-03 00:00:00',
      'Ana 2024-05-04 00:20:00',
      'Bo 2024-05-01 10:00:00',
      'Bo 2024-05-01 18:00:00',
    ])
    expect(notes).toContain(
      "2 photos have a date without a time of day: an individual's photos of that day are one encounter",
    )
  })

  it('follow the gap that is asked for', async () => {
    const count = async (encounterGapMinutes: number) => {
      const { photos } = await tableOf('identity,camera,timestamp', rows, { encounterGapMinutes })
      return new Set(photos.flatMap(({ encounter }) => encounter ?? [])).size
    }
    expect([await count(49), await count(50), await count(61), await count(1e6)]).toEqual([6, 5, 3, 3])
  })

  it('of a table stay as they are', async () => {
    const own = await tableOf(
      'identity,encounter,timestamp',
      ['Ana,e1,2024-05-01 10:00', 'Ana,e2,2024-05-01 10:01', 'Ana,,2024-05-01 18:00'],
      { encounterGapMinutes: 30 },
    )
    expect(own.photos.map(({ encounter }) => encounter)).toEqual(['e1', 'e2', undefined])
    expect(own.summary).not.toContain('gap')
    expect(own.warnings).toContain('the table has encounters: `encounterGapMinutes` changes nothing')
  })

  it('are none where `columns` says so', async () => {
    const { photos } = await tableOf('identity,camera,timestamp', rows, { columns: { encounter: '-' } })
    expect(photos.every(({ encounter }) => encounter === undefined)).toBe(true)
  })

  it('of days are one a day', async () => {
    const { photos, summary } = await tableOf('identity,date', ['Ana,2024-05-01', 'Ana,2024-05-01', 'Ana,2024-05-02'])
    expect(new Set(photos.map(({ encounter }) => encounter)).size).toBe(2)
    expect(summary).toContain('2 encounters from timestamp, one a day')
  })

  it('are not guessed from dates that can be read two ways: said, and an error where a gap was asked for', async () => {
    const ambiguous = ['Ana,03/04/2024 10:00', 'Ana,05/06/2024 10:00']
    const { photos, notes } = await tableOf('identity,timestamp', ambiguous)
    expect(photos.every(({ encounter }) => encounter === undefined)).toBe(true)
    expect(notes).toContain(
      "no encounters are taken from the times: '03/04/2024 10:00' may have the day or the month first, and no other date decides: write 2024-12-31",
    )
    await expect(tableOf('identity,timestamp', ambiguous, { encounterGapMinutes: 60 })).rejects.toThrow(
      "table.csv: times: '03/04/2024 10:00' may have the day or the month first",
    )
    await expect(tableOf('identity', ['Ana', 'Bo'], { encounterGapMinutes: 60 })).rejects.toThrow(
      'encounters need times, and no photo has one',
    )
  })

  it('are none where everybody was seen once only', async () => {
    const { photos, notes } = await tableOf('identity,timestamp', [
      'Ana,2024-05-01 10:00',
      'Ana,2024-05-01 10:00',
      'Bo,2024-05-02 10:00',
    ])
    expect(photos.map(({ encounter }) => encounter)).toEqual([undefined, undefined, undefined])
    expect(notes).toContain(
      'no encounters are taken from the times (timestamp): by these times each individual was seen only once',
    )
  })

  it('do not change what a dataset says', async () => {
    const hash = async (encounterGapMinutes?: number) => {
      const { photos } = await tableOf('identity,camera,timestamp', rows, { encounterGapMinutes })
      return datasetHash(
        photos,
        photos.map(({ filename }) => filename),
      )
    }
    expect(await hash(0)).toBe(await hash())
  })
})

describe('EXIF', () => {
  const pixels = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
  const taken = (time: string, offset?: string) =>
    pixels.clone().withExif({
      IFD0: { Make: 'a camera with a long name' },
      IFD2: { DateTimeOriginal: time, ...(offset === undefined ? {} : { OffsetTimeOriginal: offset }) },
    })

  it('tells the times of photos in folders, in every format that has it', async () => {
    const files = {
      'Ana/1.jpg': await taken('2024:05:01 10:00:00').jpeg().toBuffer(),
      'Ana/2.png': await taken('2024:05:01 10:30:00').png().toBuffer(),
      'Ana/3.webp': await taken('2024:05:01 12:00:00').webp().toBuffer(),
      'Ana/4.jpg': await taken('2024:05:01 12:10:00').jpeg().toBuffer(),
      'Bo/1.jpg': await pixels.clone().jpeg().toBuffer(),
    }
    const { photos, summary, notes } = openDataset(folderWith(files))
    expect(photos.map(({ timestamp }) => timestamp)).toEqual([
      '2024-05-01 10:00:00',
      '2024-05-01 10:30:00',
      '2024-05-01 12:00:00',
      '2024-05-01 12:10:00',
      undefined,
    ])
    expect(photos.map(({ encounter }) => encounter)).toEqual([
      ...new Array(2).fill('Ana 2024-05-01 10:00:00'),
      ...new Array(2).fill('Ana 2024-05-01 12:00:00'),
      undefined,
    ])
    expect(summary).toContain('2 encounters from EXIF, gap 60 min')
    expect(notes).toContain('1 photo without a time belongs to no encounter')
  })

  it('may have zones: instants decide, and a mixture is not used', async () => {
    const at = async (time: string, offset?: string) => taken(time, offset).jpeg().toBuffer()
    const zones = folderWith({
      'Ana/1.jpg': await at('2024:05:01 10:00:00', '+02:00'),
      'Ana/2.jpg': await at('2024:05:01 08:10:00', '+00:00'),
      'Ana/3.jpg': await at('2024:05:01 10:00:00', '+00:00'),
    })
    expect(openDataset(zones).photos.map(({ encounter }) => encounter)).toEqual([
      'Ana 2024-05-01 08:00:00',
      'Ana 2024-05-01 08:00:00',
      'Ana 2024-05-01 10:00:00',
    ])
    const mixed = folderWith({
      'Ana/1.jpg': await at('2024:05:01 10:00:00', '+02:00'),
      'Ana/2.jpg': await at('2024:05:01 20:00:00'),
    })
    const { photos, notes } = openDataset(mixed)
    expect(photos.every(({ encounter }) => encounter === undefined)).toBe(true)
    expect(notes?.join()).toContain('1 of 2 times have a time zone and the others none')
  })

  it('cannot be taken from times that are unread, which is said', async () => {
    const { warnings } = await tableOf('identity,date', ['A,the fifth', 'B,the sixth'])
    expect(warnings).toContain(
      "2 of 2 times cannot be read, so that these photos count as having none: 'the fifth', 'the sixth'; times are written as 2024-12-31 13:05",
    )
  })

  it('say of numbers what they may be', async () => {
    const warned = async (...rows: string[]) => (await tableOf('identity,date', rows)).warnings.join()
    expect(await warned('A,45300.5', 'B,45301')).toContain(
      "'45300.5', '45301'; these may be the numbers that a spreadsheet has for days (format the column as dates there); times are",
    )
    expect(await warned('A,1706000000', 'B,1706086400.5')).toContain('; these may be seconds since 1970; times are')
    expect(await warned('A,1706000000123', 'B,1706086400123')).toContain('; these may be milliseconds since 1970;')
    expect(await warned('A,1706000000', 'B,1706086400123')).toContain('seconds and milliseconds since 1970;')
    expect(await warned('A,45300', 'B,dawn')).not.toContain('may be')
  })

  it('that the table has change nothing of the word on times that are unread', async () => {
    const rows = ['A,e1,2024-02-30', 'A,e2,2024-05-01', 'B,e3,dawn', 'B,e4,dawn', 'B,e5,']
    const { warnings } = await tableOf('identity,encounter,timestamp', rows)
    expect(warnings.join()).toContain(
      "3 of 4 times cannot be read, so that these photos count as having none: '2024-02-30', 'dawn'",
    )
  })

  it('are months where no date says a day, which is no warning', async () => {
    const rows = ['A,2024-02', 'A,2024-02', 'A,March 2024', 'B,2024', 'B,02/2024']
    const { photos, warnings, notes, summary } = await tableOf('identity,date', rows)
    expect(photos.map(({ encounter }) => encounter)).toEqual([
      'A 2024-02',
      'A 2024-02',
      'A March 2024',
      'B 2024',
      'B 02/2024',
    ])
    expect(summary).toContain('4 encounters from timestamp, one a month or year as written')
    expect(warnings.join()).not.toContain('cannot be read')
    expect(notes).toContain(
      "5 of 5 dates have no day, and count as no time: '2024-02', 'March 2024', '2024' … and 1 more",
    )
  })

  it('that all photos share is told: 0 in each row is rather none', () => {
    const csv = (second: string) => `filename,identity,encounter\na.jpg,A,0\nb.jpg,B,${second}\nc.jpg,A,\n`
    const open = (second: string) => openDataset(`${folderWith({ 't.csv': csv(second) })}/t.csv`).warnings
    expect(open('0')).toContain(
      "all photos of 2 individuals are of one encounter, '0', so that none may be compared with another: " +
        'if that is no sighting, `columns: {"encounter":"-"}` takes no encounters',
    )
    expect(open('1').join()).not.toContain('one encounter')
  })

  it('is passed over where a camera never set its clock', async () => {
    const folder = folderWith({ 'Ana/1.jpg': await taken('0000:00:00 00:00:00').jpeg().toBuffer() })
    expect(openDataset(folder).photos[0]).not.toHaveProperty('timestamp', '0000-00-00 00:00:00')
  })
})
