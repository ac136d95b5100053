import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { openQueries } from './queries.ts'

let root = ''
const at = (name: string) => join(root, name)
const namesOf = (names: readonly string[], readList?: () => string) =>
  openQueries(names, { readList }).photos.map(({ path }) => path.slice(root.length + 1))

beforeAll(async () => {
  const photo = await greyPng(7)
  root = folderWith({
    'a.png': photo,
    'b.PNG': photo,
    'notes.md': 'x',
    'deep/station 1/2026-01-02/c.jpg': photo,
    'deep/station 1/d.jpg': photo,
    'deep/[e].jpg': photo,
    'table.csv': 'filename,x,y,width,height,flank\na.png,1,1,2,2,left\na.png,0,0,2,2,right\n',
  })
  mkdirSync(at('empty'))
  symlinkSync(at('deep'), at('deep/station 1/again'))
})

test('a photo, a folder with all below it, a pattern: each photo once', () => {
  expect(namesOf([at('b.PNG'), at('a.png'), at('b.PNG')])).toEqual(['b.PNG', 'a.png'])
  expect(namesOf([at('deep')])).toEqual(['deep/[e].jpg', 'deep/station 1/d.jpg', 'deep/station 1/2026-01-02/c.jpg'])
  const fitting = openQueries([`${root}/**/*.jpg`, at('deep/station 1/d.jpg')]).photos // a link leads there a second time
  expect(fitting.map(({ path }) => relative(root, realpathSync(path))).sort()).toEqual([
    'deep/[e].jpg',
    'deep/station 1/2026-01-02/c.jpg',
    'deep/station 1/d.jpg',
  ])
  expect(namesOf([at('deep/[e].jpg')])).toEqual(['deep/[e].jpg']) // a name before a pattern
})

test('links to one file are as many photos as they have names', () => {
  symlinkSync(at('a.png'), at('empty/one.png'))
  symlinkSync(at('a.png'), at('empty/two.png'))
  expect(namesOf([at('empty'), at('empty/one.png')])).toEqual(['empty/one.png', 'empty/two.png'])
  rmSync(at('empty/one.png'))
  rmSync(at('empty/two.png'))
})

test('a table brings boxes and flanks: two animals of a photo are two queries', () => {
  const { photos } = openQueries([at('table.csv')])
  expect(photos.map(({ box, flank }) => [box?.x, flank])).toEqual([
    [1, 'left'],
    [0, 'right'],
  ])
})

test('folders say flanks, where one of them does', async () => {
  const shot = await greyPng(7)
  const folder = folderWith({
    'left/a.png': shot,
    'right/deep/b.png': shot,
    'c.png': shot,
    'left/right/d.png': shot,
    'front/e.png': shot,
  })
  const flanksOf = (...names: string[]) =>
    Object.fromEntries(openQueries(names.map((name) => join(folder, name))).photos.map((p) => [p.path.at(-5), p.flank]))
  expect(flanksOf('')).toEqual({ a: 'left', b: 'right', c: undefined, d: undefined, e: undefined })
  expect(flanksOf('right')).toEqual({ b: 'right' })
  expect(flanksOf('left/a.png', 'c.png', 'left/r*/*.png')).toEqual({ a: 'left', c: undefined, d: 'right' })
})

test('a list on standard input', () => {
  expect(namesOf(['-'], () => `${at('a.png')}\r\n\n${at('deep/station 1/2026-01-02')}\n-\n`)).toEqual([
    'a.png',
    'deep/station 1/2026-01-02/c.jpg',
  ])
  expect(() => openQueries(['-'], { readList: () => '\n' })).toThrow('photos: none were named')
})

test('what is not there stays in the list; what fits nothing is an error', () => {
  expect(namesOf([at('none.jpg')])).toEqual(['none.jpg'])
  expect(() => openQueries([at('*.webp')])).toThrow(/\*\.webp: no file fits this pattern/)
  expect(() => openQueries([at('empty')])).toThrow(/empty: no photos in it/)
  writeFileSync(at('list.txt'), 'filename\na.png\n')
  expect(namesOf([at('list.txt')])).toEqual(['a.png'])
})

test('a Camtrap-DP package keeps its boxes', async () => {
  const folder = folderWith({
    'media/1.png': await greyPng(7),
    'media.csv':
      'mediaID,deploymentID,timestamp,filePath,fileName,fileMediatype\nm1,d1,2024-05-01T06:00:00Z,media/1.png,1.png,image/png\n',
    'observations.csv':
      'observationID,deploymentID,mediaID,eventID,observationLevel,observationType,individualID,bboxX,bboxY,bboxWidth,bboxHeight\no1,d1,m1,e1,media,animal,,0.5,0,0.5,1\n',
  })
  const { photos } = openQueries([folder])
  expect(photos.map(({ path, box }) => [path.slice(folder.length + 1), box])).toEqual([
    ['media/1.png', { x: 2, y: 0, width: 2, height: 3 }],
  ])
})
