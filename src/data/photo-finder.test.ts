import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { openDataset } from './open.ts'
import { photoFinder } from './photo-finder.ts'

const nfd = 'Jose\u0301'
const nfc = 'José'

function opened(files: readonly string[], names: readonly string[], options = {}) {
  const table = `filename,identity\n${names.map((name) => `${name},A`).join('\n')}\n`
  const folder = folderWith({ ...Object.fromEntries(files.map((name) => [name, name])), 'a.csv': table })
  const manifest = openDataset(join(folder, 'a.csv'), { problems: 'collect', ...options })
  return { ...manifest, folder, paths: manifest.photos.map(({ path }) => path.slice(folder.length + 1)) }
}

describe('a file name of a table', () => {
  it('is found with backslashes, and with slashes from then on', () => {
    const { paths, photos, warnings } = opened(['Ana/1.jpg', 'Ana/b/2.jpg'], ['Ana\\1.jpg', '.\\Ana\\b\\2.jpg'])
    expect(paths).toEqual([join('Ana', '1.jpg'), join('Ana', 'b', '2.jpg')])
    expect(photos.map(({ filename }) => filename)).toEqual(['Ana/1.jpg', './Ana/b/2.jpg'])
    expect(warnings).toEqual([
      "file names 'Ana\\1.jpg' (the file is 'Ana/1.jpg') and 1 more have `\\` between folders, which is read as `/`",
    ])
  })

  it.each([
    [nfc, nfd],
    [nfd, nfc],
  ])('is found in the other Unicode form', (inTable, onDisk) => {
    const { photos, warnings } = opened([`${onDisk}/${onDisk}.jpg`], [`${inTable}/${inTable}.jpg`])
    expect(existsSync(photos[0]!.path)).toBe(true)
    expect(warnings[0]).toContain('are in another Unicode form than the names of the files')
  })

  it('is found in another case, where one file fits', () => {
    const { paths, warnings, problems } = opened(['a.JPG', 'b.jpeg', 'Ana/c.Png'], ['a.jpg', 'b.JPEG', 'ana/C.png'])
    expect(paths).toEqual(['a.JPG', 'b.jpeg', join('Ana', 'c.Png')])
    expect(problems).toEqual([])
    expect(warnings).toEqual([
      "file names 'a.jpg' (the file is 'a.JPG') and 2 more differ from the names of the files in upper and lower case",
    ])
  })

  it('is found without its ending, where one photo fits', () => {
    const { paths, warnings, problems } = opened(['Ana/a.jpg', 'Ana/a.txt', 'b.png', 'b.jpg'], ['Ana/a', 'b'])
    expect(paths).toEqual([join('Ana', 'a.jpg')])
    expect(warnings[0]).toBe("file names 'Ana/a' (the file is 'Ana/a.jpg') lack the ending of the names of the files")
    expect(problems![0]).toMatchObject({
      where: "a.csv row 3 'b'",
      what: expect.stringContaining('fits several files'),
    })
  })

  it('that fits several files is a problem; one that fits a file exactly is not', () => {
    const { paths, problems } = opened(['a.JPG', 'a.Jpg', 'b.jpg', 'b.JPG'], ['a.jpg', 'b.jpg'])
    expect(paths).toEqual(['b.jpg'])
    expect(problems).toEqual([
      {
        where: "a.csv row 2 'a.jpg'",
        what: expect.stringMatching(/^fits several files: a\.(JPG, a\.Jpg|Jpg, a\.JPG)$/),
        hint: 'write the name as the file has it',
      },
    ])
  })

  it('that no file has stays where it would be', () => {
    expect(opened(['a.jpg'], ['b.jpg']).paths).toEqual(['b.jpg'])
  })

  it('in another spelling of a file that has a row is a duplicate', () => {
    expect(opened(['a.JPG', 'c.jpg'], ['a.JPG', 'a.jpg', 'c.jpg']).problems).toEqual([
      { where: "a.csv row 3 'a.jpg'", what: 'duplicate of row 2' },
    ])
  })

  const misplaced: readonly (readonly [name: string, what: string, hint: string])[] = [
    ['https://hub.invalid/a.jpg', 'is an address, expected a file name', 'download the photos'],
    ['s3://bucket/a.jpg', 'is an address, expected a file name', 'download the photos'],
    ['C:\\Users\\ana\\photos\\Ana\\1.jpg', 'is a path of another machine', "cut 'C:\\Users\\ana\\photos\\' from"],
    ['D:/photos/2.jpg', 'is a path of another machine', 'cut what stands before them in the table'],
    ['\\\\server\\share\\Ana\\1.jpg', 'is a path of another machine', 'what is left of them is there'],
    ['/survey/photos/Ana/1.jpg', 'leads outside of the folder of photos', "cut '/survey/photos/' from the names"],
  ]
  it('of another machine has one hint for all rows, not one a row', () => {
    const rows = ['C:\\a\\1.jpg', 'C:\\a\\2.jpg', 'C:\\a\\3.jpg']
    const { problems } = opened(['1.jpg', '2.jpg', '3.jpg'], rows)
    expect([...new Set(problems.map(({ hint }) => hint))]).toEqual([
      "cut 'C:\\a\\' from the names in the table: what is left of them is there",
    ])
  })

  it.each(misplaced)('%j is told with a hint', (name, what, hint) => {
    const { problems } = opened(['Ana/1.jpg'], [name, name, 'Ana/1.jpg'])
    expect(problems).toHaveLength(2)
    expect(problems[0]).toMatchObject({ where: `a.csv row 2 '${name}'`, what })
    expect(problems[0]!.hint).toContain(hint)
    expect(() => opened(['Ana/1.jpg'], [name], { problems: 'throw' })).toThrow(/1 problem\n.*\nhint: /)
  })

  it('may be the whole path of a file inside the folder', () => {
    const folder = folderWith({ 'Ana/1.jpg': '' })
    const path = join(folder, 'Ana', '1.jpg')
    expect(photoFinder([folder], folder).find(path)).toEqual({ path })
  })
})
