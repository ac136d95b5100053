import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type OpenOptions, openDataset } from './open.ts'

const photos = { 'a.png': '', 'b.png': '', 'c.png': '', 'd.png': '' }
const trainCsv = 'filename,ground_truth\na.png,Abril\nb.png,Abril\nc.png,Bagua\nd.png,Bagua\n'
const encounters = 'filename,encounter,flank\na.png,7,left\nb.png,8,left\nd.png,NA,right\nc.png,9,right\n'

function read(files: Readonly<Record<string, string>>, options: OpenOptions = {}) {
  return openDataset(folderWith({ ...photos, 'train.csv': trainCsv, ...files }), options)
}

describe('encounters in a table beside train.csv', () => {
  it.each([
    ['train_encounters.csv', encounters],
    ['train_sightings.csv', encounters.replace('encounter', 'sighting')],
    ['train_encounters.csv', encounters.replaceAll(',', ';')],
  ])('are read from %s and said', (name, table) => {
    const { photos, summary, warnings } = read({ [name]: table })
    expect(photos.map(({ encounter }) => encounter)).toEqual(['7', '8', '9', undefined])
    expect(photos.map(({ flank }) => flank)).toEqual([undefined, undefined, undefined, undefined])
    expect(summary).toContain(`4 photos of 2 individuals, 3 encounters from ${name}, 1 without an encounter (1 'NA')`)
    expect(warnings).toEqual([])
  })

  it('are of train.csv where that has some, of the column that was named, or none where none are asked for', () => {
    const own = {
      'train.csv': trainCsv.replaceAll('\n', ',x\n').replace(',x', ',sighting'),
      'train_encounters.csv': encounters,
    }
    expect(read(own).photos.map(({ encounter }) => encounter)).toEqual(['x', 'x', 'x', 'x'])
    const table = { 'train_encounters.csv': encounters }
    expect(read(table, { columns: { encounter: '-' } }).photos.map(({ encounter }) => encounter)).toEqual(
      Array(4).fill(undefined),
    )
    const named = read(table, { columns: { encounter: 'ground_truth', identity: '-' } })
    expect(named.photos[0]!.encounter).toBe('Abril')
    expect(named.summary).not.toContain('train_encounters.csv')
  })

  it('are none of photos without a row, and rows of other photos are told', () => {
    const { photos, warnings } = read({ 'train_encounters.csv': 'file,encounter\na.png,7\nb.png,8\nz.png,9\n' })
    expect(photos.map(({ encounter }) => encounter)).toEqual(['7', '8', undefined, undefined])
    expect(warnings).toEqual([
      'train_encounters.csv has no row for 2 photos of train.csv: c.png, d.png',
      'train_encounters.csv: 1 row names no photo of train.csv: z.png',
    ])
  })

  it('are not taken where each individual was seen only once, as nothing could then be compared', () => {
    const { photos, notes, summary } = read({
      'train_encounters.csv': 'file,encounter\na.png,7\nb.png,7\nc.png,8\nd.png,8\n',
    })
    expect(photos.every(({ encounter }) => encounter === undefined)).toBe(true)
    expect(notes).toEqual([
      'no encounters are taken from train_encounters.csv: by it each individual was seen only once',
    ])
    expect(summary).not.toContain('encounter')
  })

  it('are not taken from a table of other photos, which is said', () => {
    const { notes, warnings } = read({ 'train_encounters.csv': 'file,encounter\ntrain/a.png,7\ntrain/b.png,8\n' })
    expect(notes).toEqual([
      'no encounters are taken from train_encounters.csv: none of its rows names a photo of train.csv',
    ])
    expect(warnings.at(-1)).toBe('train_encounters.csv: 2 rows name no photo of train.csv: train/a.png, train/b.png')
  })

  it('are not taken from a table that does not say them', () => {
    const { photos, warnings } = read({ 'train_encounters.csv': 'filename,flank\na.png,left\n' })
    expect(photos.every(({ encounter }) => encounter === undefined)).toBe(true)
    expect(warnings).toEqual([
      'train_encounters.csv is not used: no column of encounters (its columns are filename, flank)',
    ])
  })

  it('are a mistake where one photo has two', () => {
    expect(() => read({ 'train_encounters.csv': `${encounters}a.png,7,left\nb.png,9,left\n` })).toThrow(
      "  train_encounters.csv row 7 'b.png': one photo of two encounters, '9' here and '8' in row 3\n" +
        'hint: correct train_encounters.csv, or take no encounters with `columns: {"encounter":"-"}`',
    )
  })

  it('are not asked for by the test photos', () => {
    const test = { 'test.csv': 'row_id,query_image,gallery_image\n0,a.png,b.png\n', 'train_encounters.csv': encounters }
    const { photos, summary } = read(test, { part: 'test' })
    expect(photos.map(({ filename, encounter }) => [filename, encounter])).toEqual([
      ['a.png', undefined],
      ['b.png', undefined],
    ])
    expect(summary).not.toContain('encounter')
  })
})
