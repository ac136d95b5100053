import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { inLocatedFolder } from './located-folder.ts'

const write = (folder: string, file: string, text: string) => {
  mkdirSync(join(folder, file, '..'), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** Boxes of a network, and masks of the photos that it found an animal on. */
function filled(network: string, photos: readonly string[], masks: readonly string[]) {
  return async (folder: string) => {
    for (const mask of masks) write(folder, `masks/${mask}.png`, network)
    const images = photos.map((photo) => ({ file: `${photo}.jpg`, detections: [] }))
    write(folder, 'detections.json', JSON.stringify({ by: network, images }))
  }
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !['masks', 'masks/sub'].includes(name))
    .sort()

test('another network swaps the folder: at each moment it has the boxes and masks of one', async () => {
  const out = join(temporaryFolder(), 'found')
  const options = { overwrite: true, files: ['a.jpg', 'sub/b.jpg'] }
  const [first, second] = ['first', 'second'].map((fingerprint) => ({ model: fingerprint, fingerprint }))
  await inLocatedFolder(out, first!, options, filled('first', ['a', 'sub/b', 'old'], ['a', 'sub/b', 'old']))
  write(out, 'masks/mine.png', 'mine')
  await expect(
    inLocatedFolder(out, second!, { ...options, overwrite: false }, filled('second', [], [])),
  ).rejects.toThrow(`\`out\`: ${out} was written by another model`)
  const before = filesIn(out)
  const failing = async (folder: string) => {
    await filled('second', ['a'], ['a'])(folder)
    expect(readFileSync(join(out, 'masks/a.png'), 'utf8')).toBe('first')
    throw new Error('stopped')
  }
  await expect(inLocatedFolder(out, second!, options, failing)).rejects.toThrow('stopped')
  expect(filesIn(out)).toEqual(before)
  expect(readFileSync(join(out, 'locate.json'), 'utf8')).toContain('"first"')
  await inLocatedFolder(out, second!, options, filled('second', ['a', 'sub/b'], ['a']))
  expect(filesIn(out)).toEqual(['detections.json', 'locate.json', 'masks/a.png', 'masks/mine.png'])
  expect(readFileSync(join(out, 'masks/a.png'), 'utf8')).toBe('second')
  expect(readdirSync(join(out, '..'))).toEqual(['found'])
})

test('the same network goes on in place, and what is of nobody known is refused', async () => {
  const out = join(temporaryFolder(), 'found')
  const owner = { model: 'm', fingerprint: 'm' }
  const options = { overwrite: false, files: ['a.jpg'] }
  await inLocatedFolder(out, owner, options, async (folder) => write(folder, 'masks/a.png', 'kept'))
  await inLocatedFolder(out, owner, options, async (folder) => {
    expect(folder).toBe(out)
    expect(existsSync(join(folder, 'masks/a.png'))).toBe(true)
  })
  await inLocatedFolder(out, owner, options, filled('m', ['a'], ['a']))
  // of other photos too, whose boxes would else replace these beside their masks
  const more = { overwrite: false, files: ['a.jpg', 'b.jpg'] }
  await inLocatedFolder(out, owner, more, filled('m', ['a', 'b'], ['a', 'b']))
  const fewer = inLocatedFolder(out, owner, options, filled('m', ['a'], ['a']))
  await expect(fewer).rejects.toThrow(`${join(out, 'detections.json')} has 1 photo that is not among these: b.jpg`)
  await inLocatedFolder(out, owner, { ...options, overwrite: true }, filled('m', ['a'], ['a']))
  expect(filesIn(out)).toEqual(['detections.json', 'locate.json', 'masks/a.png'])
  const other = temporaryFolder()
  write(other, 'notes.txt', 'x')
  await expect(inLocatedFolder(other, owner, { ...options, overwrite: true }, async () => {})).rejects.toThrow(
    `\`out\`: ${other} exists and is no folder of boxes and masks`,
  )
})
