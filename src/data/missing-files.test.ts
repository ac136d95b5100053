import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, greyPng, rejection } from '../../test/dataset-fixture.ts'
import { openDataset } from './open.ts'
import { readPhotos } from './read-photos.ts'

async function told(csv: string, files: readonly string[]): Promise<string> {
  const photo = await greyPng(200)
  const folder = folderWith({ 't/a.csv': csv, ...Object.fromEntries(files.map((name) => [name, photo])) })
  const manifest = openDataset(join(folder, 't', 'a.csv'), { problems: 'collect' })
  const all = async () => {
    for await (const _ of readPhotos(manifest, () => Promise.resolve(0)));
  }
  return String(await rejection(all())).replaceAll(folder, '')
}

const two = 'file,name\nsite/1.png,A\nsite/2.png,B\n'

test('where no file of a table is there, one line says where they were looked for, and a hint where they seem to be', async () => {
  const line =
    "/t/a.csv: 1 problem\n  a.csv row 2 'site/1.png': none of the 2 files is there; file names start from /t\n"
  expect(await told(two, ['t/photos/deep/site/2.png'])).toContain(
    `${line}hint: they seem to lie in /t/photos/deep: \`images: "/t/photos/deep"\` names it`,
  )
  expect(await told(two, ['t/2.png'])).toContain(
    `${line}hint: a file '2.png' lies in /t: if it is that photo, cut 'site/' from the names in the table, and say \`images: "/t"\``,
  )
  expect(await told(two, ['t/site/2.jpeg'])).toContain(
    `${line}hint: there is no '2.png', but '2.jpeg' lies in /t/site: if it is that photo, write the ending in the table as the file has it`,
  )
  expect(await told(two, ['2.png'])).toContain(`${line}hint: \`images\` names the folder that they start from`)
})

test('names whose folders stand in other columns: the hint joins the columns by the names that they have', async () => {
  const table = (header: string) => `${header}\na,1.png,Ana\nb,2.png,Ana\na,1.png,Bo\n`
  const files = ['t/ph/Ana/a/1.png', 't/ph/Ana/b/2.png', 't/ph/Bo/a/1.png']
  expect(await told(table('Nr,file,Who'), files)).toContain(
    'hint: the names start in folders that other columns have: `columns: {"filename":"Who/Nr/file"}, images: "/t/ph"` joins them',
  )
  const besides = files.map((name) => name.replace('t/ph/', 't/'))
  expect(await told(table('Nr,file,identity'), besides)).toContain(
    'hint: the names start in folders that other columns have: `columns: {"filename":"identity/Nr/file"}` joins them',
  )
})

test('no column of file names: the hint has those that hold such names, joined where files lie so', () => {
  const hintOf = (csv: string, files: readonly string[]) => {
    const folder = folderWith({ 't.csv': csv, ...Object.fromEntries(files.map((name) => [name, ''])) })
    try {
      return String(openDataset(join(folder, 't.csv')))
    } catch (error) {
      return String(error).split('\nhint: ')[1]
    }
  }
  const csv = 'Folder2,Nm,who\nsite\\a,1.png,Ana\nsite\\b,2.png,Ana\n'
  const told = (filename: string) =>
    `its columns are Folder2, Nm, who; name them with \`columns: {"filename":"${filename}","identity":"…"}\``
  expect(hintOf(csv, ['site/a/1.png', 'site/b/2.png'])).toBe(told('Folder2/Nm'))
  expect(hintOf(csv, ['1.png', '2.png'])).toBe(told('Nm'))
  expect(hintOf(csv, [])).toBe(told('Nm'))
  expect(hintOf('Folder2,Nm,who\na,1,Ana\n', [])).toBe(told('…'))
})

test('images of COCO are looked for beside the folder of its annotations', async () => {
  const photo = await greyPng(200)
  const json = JSON.stringify({
    images: [
      { id: 1, file_name: '1.png' },
      { id: 2, file_name: '2.png' },
    ],
    annotations: [],
  })
  const folder = folderWith({ 'annotations/coco.json': json, 'images/1.png': photo, 'images/2.png': photo })
  const manifest = openDataset(join(folder, 'annotations', 'coco.json'), { problems: 'collect' })
  const all = async () => {
    for await (const _ of readPhotos(manifest, () => Promise.resolve(0)));
  }
  expect(String(await rejection(all())).replaceAll(folder, '')).toContain(
    '1 problem\n  1.png: none of the 2 files is there; file names start from /annotations\nhint: they seem to lie in /images: `images: "/images"` names it',
  )
})

test('where one is there, each of the others has its line', async () => {
  const text = await told(two, ['t/site/1.png'])
  expect(text).toContain("1 problem\n  a.csv row 3 'site/2.png': /t/site/2.png: no such file\n")
})

test('line ends and tabs in names and labels break no line', async () => {
  const folder = folderWith({
    't.csv': 'file,name\n"a\nb.png",A\n"c\td.png",A\nok.png,A\n',
    'ok.png': await greyPng(1),
  })
  const manifest = openDataset(join(folder, 't.csv'), { problems: 'collect' })
  const all = async () => {
    for await (const _ of readPhotos(manifest, () => Promise.resolve(0)));
  }
  const lines = String(await rejection(all()))
    .replaceAll(folder, '')
    .split('\n')
  expect(lines.slice(1, 3)).toEqual([
    "  t.csv row 2 'a\\u000ab.png': /a\\u000ab.png: no such file",
    "  t.csv row 3 'c\\u0009d.png': /c\\u0009d.png: no such file",
  ])
})

test('a pipe and a device given as data are no photo to be put into a folder', () => {
  const pipe = join(folderWith({ 'a.png': '' }), 'pipe.csv')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/null'])
    expect(() => openDataset(path)).toThrow(
      `${path}: not a file\nhint: a pipe or a device cannot be read: save what it gives in a file`,
    )
})
