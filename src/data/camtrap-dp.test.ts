import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

let jpeg: Uint8Array

beforeAll(async () => {
  jpeg = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer()
})

const description = JSON.stringify({
  profile: 'camtrap-dp',
  resources: ['media', 'observations', 'deployments'].map((name) => ({ name, path: `${name}.csv` })),
})
const mediaHeader = 'mediaID,deploymentID,timestamp,filePath,fileName,fileMediatype'
const media = [
  'm1,d1,2024-05-01T06:00:00Z,media/1.JPG,1.JPG,image/jpeg',
  'm2,d1,2024-05-01T07:00:00Z,media/2.JPG,2.JPG,image/jpeg',
  'm3,d2,2024-05-02T06:00:00Z,media/3.JPG,3.JPG,image/jpeg',
  'm4,d2,2024-05-02T07:00:00Z,media/4.MP4,4.MP4,video/mp4',
]
const header =
  'observationID,deploymentID,mediaID,eventID,eventStart,eventEnd,observationLevel,observationType,scientificName,individualID,bboxX,bboxY,bboxWidth,bboxHeight'
const deployments = 'deploymentID,locationID,locationName\nd1,L1,River\nd2,,Hill\n'

function open(observations: readonly string[], options: OpenOptions = {}, more: Record<string, string> = {}) {
  const photos = Object.fromEntries(['1', '2', '3'].map((name) => [`media/${name}.JPG`, jpeg]))
  const tables = {
    'media.csv': `${[mediaHeader, ...media].join('\n')}\n`,
    'observations.csv': `${[header, ...observations].join('\n')}\n`,
    'deployments.csv': deployments,
    'datapackage.json': description,
  }
  return openDataset(folderWith({ ...photos, ...tables, ...more }), options)
}

const ana = 'o1,d1,m1,e1,,,media,animal,Panthera onca,Ana,0.1,0.2,0.25,0.5'

it('a package that names no file for a table is told', () => {
  const empty = description.replace('"observations.csv"', '[]')
  expect(() => open([], {}, { 'datapackage.json': empty })).toThrow('datapackage.json')
})

describe('a Camtrap-DP package', () => {
  it('has an individual, a box, an encounter and a camera for each animal seen', () => {
    const { kind, photos, notes, warnings } = open([
      ana,
      'o2,d1,m1,e1,,,media,animal,Panthera onca,Bo,0.5,0.2,0.25,0.5',
      'o3,d1,m2,,,,media,animal,Panthera onca,,,,,',
      'o4,d2,m3,,,,media,blank,,,,,,',
    ])
    expect(kind).toBe('camtrap-dp')
    expect(photos.map((p) => [p.filename, p.identity, p.encounter, p.camera, p.box, p.csv, p.row])).toEqual([
      ['media/1.JPG', 'Ana', 'e1', 'L1', { x: 40, y: 40, width: 100, height: 100 }, 'observations.csv', 2],
      ['media/1.JPG', 'Bo', 'e1', 'L1', { x: 200, y: 40, width: 100, height: 100 }, 'observations.csv', 3],
      ['media/2.JPG', undefined, 'd1 2024-05-01', 'L1', undefined, 'observations.csv', 4],
    ])
    expect(photos[0]).toMatchObject({ timestamp: '2024-05-01T06:00:00Z', extra: { scientificName: 'Panthera onca' } })
    expect(notes).toEqual([
      'a Camtrap-DP package: 3 animals on photos; left out: 1 photo without an animal, 1 video',
      '2 boxes: bboxX, bboxY, bboxWidth, bboxHeight read as x, y, width, height in fractions',
    ])
    expect(warnings).toEqual(['2 identities have one photo only: Ana, Bo'])
  })

  it('tells observations that no photo has, an individual among them', () => {
    const { warnings } = open([
      ana,
      'o2,d1,m9,,,,media,animal,Panthera onca,Bo,,,,',
      'o3,d1,,e9,2024-06-01T06:00:00Z,2024-06-01T07:00:00Z,event,animal,Panthera onca,Cai,,,,',
    ])
    expect(warnings).toEqual([
      '1 observation of media that are not in media.csv, left out: observations.csv row 3 (Bo)',
      '1 observation of an event during which no photo was taken, left out: observations.csv row 4 (Cai)',
      '1 identity has one photo only: Ana',
    ])
  })

  it('of a version before 1 has its columns in other letters; a table without them is none, and a packed one is told', () => {
    const old = {
      'media.csv':
        'media_id,deployment_id,sequence_id,timestamp,file_path,file_name\nm1,d1,s1,2024-05-01T06:00:00Z,media/1.JPG,1.JPG\n',
      'observations.csv': 'observation_id,media_id,observation_type,individual_id\no1,m1,animal,Ana\n',
      'deployments.csv': 'deployment_id,location_name\nd1,River\n',
    }
    const { photos } = open([], {}, old)
    expect(photos.map((p) => [p.filename, p.identity, p.encounter, p.camera])).toEqual([
      ['media/1.JPG', 'Ana', 's1', 'River'],
    ])
    expect(() => open([ana], {}, { 'media.csv': 'id,file\n1,1.JPG\n' })).toThrow('media.csv: no column mediaID')
    const packed = JSON.stringify({ resources: [{ name: 'media', path: 'media.csv.gz' }] })
    expect(() => open([ana], {}, { 'datapackage.json': packed, 'media.csv.gz': '' })).toThrow('got a packed file')
  })

  it('without any individualID says so where individuals are needed', () => {
    const none = ['o1,d1,m1,e1,,,media,animal,Panthera onca,,,,,']
    expect(() => open(none, { requireIdentity: true })).toThrow(
      /no photo has one: the labels are empty\nhint: individuals stand in the column individualID of the observations/,
    )
  })

  it('says which columns were taken for what, as they are written, and which are left', () => {
    const { summary, reading } = open([ana, 'o2,d1,m2,,,,media,animal,Panthera onca,Bo,,,,'])
    expect(summary).toMatch(
      /: columns filename=filePath or fileName, identity=individualID, encounter=eventID or deploymentID\/timestamp, timestamp=timestamp, camera=locationID or locationName, box=bboxX\/bboxY\/bboxWidth\/bboxHeight; 3 photos: 2 of 2 individuals, 1 of nobody known \(1 empty\), 3 encounters; columns not used: observationID, observationLevel, scientificName$/,
    )
    const event = 'o3,d1,,e9,2024-05-01T06:30:00Z,2024-05-01T08:00:00Z,event,animal,,Ana,,,,'
    expect(open([event]).reading?.left).toEqual(['observationID', 'observationLevel'])
    const old = {
      'media.csv': 'media_id,sequence_id,file_path,comments\nm1,s1,media/1.JPG,dusk\n',
      'observations.csv': 'observation_id,media_id,individual_id,count\no1,m1,Ana,\n',
      'deployments.csv': '',
      'datapackage.json': JSON.stringify({ resources: [{ name: 'deployments', path: 'none.csv' }] }),
    }
    expect(open([], {}, old).reading).toEqual({
      columns: { filename: 'file_path', identity: 'individual_id', encounter: 'sequence_id' },
      left: ['comments', 'observation_id'],
    })
    expect(reading?.columns.camera).toBe('locationID or locationName')
  })

  it('counts animals without an individualID among nobody, beside the words for it', () => {
    const { summary, words } = open([
      ana,
      'o2,d1,m2,,,,media,animal,Panthera onca,unknown,,,,',
      'o3,d2,m3,,,,media,animal,Panthera onca,,,,,',
    ])
    expect(words?.map(({ word, photos }) => [word, photos])).toEqual([
      ['unknown', 1],
      ['', 1],
    ])
    expect(summary).toContain("3 photos: 1 of 1 individual, 2 of nobody known (1 'unknown', 1 empty)")
  })

  it('has observations of a whole event on the photos between its start and its end', () => {
    const { photos } = open(['o1,d1,,e9,2024-05-01T06:30:00Z,2024-05-01T08:00:00Z,event,animal,Panthera onca,Ana,,,,'])
    expect(photos.map((p) => [p.filename, p.identity, p.encounter, p.camera])).toEqual([
      ['media/1.JPG', undefined, 'd1 2024-05-01', 'L1'],
      ['media/2.JPG', 'Ana', 'e9', 'L1'],
      ['media/3.JPG', undefined, 'd2 2024-05-02', 'Hill'],
    ])
  })

  it('takes no event from a day that no calendar has to the days after it, and tells of it', () => {
    const feb30 = 'o1,d1,,e9,2024-02-30T00:00:00Z,2024-05-01T08:00:00Z,event,animal,Panthera onca,Ana,,,,'
    const noEnd = 'o2,d1,,e8,2024-05-01T06:30:00Z,2024-04-31T08:00:00Z,event,animal,Panthera onca,Bo,,,,'
    const { photos, warnings, notes } = open([feb30, noEnd])
    expect(photos.map(({ identity }) => identity)).toEqual([undefined, undefined, undefined])
    expect(warnings).toContain(
      '2 observations of an event whose start or end is no time, left out: observations.csv row 2 (Ana), observations.csv row 3 (Bo)',
    )
    expect(notes).toContain("2 times cannot be read: '2024-02-30T00:00:00Z', '2024-04-31T08:00:00Z'")
  })

  it('makes no day of encounters from a time that cannot be read', () => {
    const unread = `${mediaHeader}\nm1,d1,2024-02-30T06:00:00Z,media/1.JPG,1.JPG,image/jpeg\n`
    const { photos, warnings, notes } = open([ana.replace(',e1,', ',,')], {}, { 'media.csv': unread })
    expect(photos.map(({ encounter }) => encounter)).toEqual([undefined])
    expect(warnings.join()).toContain(
      "1 of 1 time cannot be read, so that these photos count as having none: '2024-02-30T",
    )
    expect(notes?.join()).not.toContain('cannot be read')
  })

  it('compares no times with a zone and without one', () => {
    const { warnings } = open(['o1,d1,,e9,2024-05-01T06:30:00,2024-05-01T08:00:00,event,animal,Panthera onca,Ana,,,,'])
    expect(warnings).toContain(
      '1 observation of an event whose times cannot be compared with those of the photos (4 of 6 times have a time zone and the others none: write all of them alike), left out: observations.csv row 2 (Ana)',
    )
  })

  it('counts what is said twice of an animal once, and tells two animals that no box tells apart', () => {
    const again = [
      'o2,d1,m1,e1,,,media,animal,Panthera onca,Ana,,,,',
      'o3,d1,m1,e1,,,media,animal,Panthera onca,,,,,',
      ana,
    ]
    const { photos } = open([ana, ...again])
    expect(photos.filter(({ filename }) => filename === 'media/1.JPG').map((p) => [p.identity, p.box?.x])).toEqual([
      ['Ana', 40],
    ])
    const two = ['Ana', 'Bo'].map((name) => `o1,d1,m1,e1,,,media,animal,Panthera onca,${name},,,,`)
    expect(() => open(two)).toThrow("media/1.JPG': one file with two identities, 'Bo' here and 'Ana' in row 2")
  })

  it('may be named by its datapackage.json or one of its tables, or have none, and its photos may lie elsewhere', () => {
    const files = { 'media.csv': `${mediaHeader}\n${media[0]}\n`, 'observations.csv': `${header}\n${ana}\n` }
    const bare = folderWith({ ...files, 'media/1.JPG': jpeg })
    expect(openDataset(bare).photos).toMatchObject([{ identity: 'Ana', camera: 'd1', box: { x: 40 } }])
    for (const table of ['media.csv', 'observations.csv'])
      expect(openDataset(join(bare, table)).photos).toMatchObject([{ identity: 'Ana', box: { x: 40 } }])
    const away = folderWith({ ...files, 'datapackage.json': description })
    const images = folderWith({ '1.JPG': jpeg })
    const { photos } = openDataset(join(away, 'datapackage.json'), { images })
    expect(photos).toMatchObject([{ filename: 'media/1.JPG', path: join(images, '1.JPG'), box: { x: 40 } }])
  })

  it('is read inside of its folder only, and refused where it is no package', () => {
    const leading = {
      resources: [
        { name: 'media', path: '../media.csv' },
        { name: 'observations', path: 'observations.csv' },
      ],
    }
    expect(() => open([ana], {}, { 'datapackage.json': JSON.stringify(leading) })).toThrow(
      "'../media.csv' leads outside",
    )
    expect(() => open([ana], {}, { 'datapackage.json': '{"resources":{}}' })).toThrow('not a data package: resources')
    const outside = `${mediaHeader}\nm1,d1,,../../1.JPG,1.JPG,image/jpeg\n`
    expect(() => open([ana], {}, { 'media.csv': outside })).toThrow("media.csv row 2 '../../1.JPG': leads outside")
    expect(() => open([ana], { columns: { identity: 'x' } })).toThrow('`columns` goes with a CSV')
  })
})
