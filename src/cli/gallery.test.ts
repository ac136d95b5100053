import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyPhoto, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
let run = ''
let out = ''
const output = captureOutput()

beforeAll(async () => {
  data = await tinyKaggle()
  run = tinyRun()
  process.env.ROSETTE_CACHE = temporaryFolder()
})
beforeEach(() => {
  out = temporaryFolder()
})

const rosette = (...args: string[]) => runProgram([...args, '--threads', '1'], commands)
const metricsOf = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
const queries = () => [
  ...['--data', join(data, 'identities.csv'), '--images', join(data, 'test', 'test')],
  ...['--columns', 'identity=who,encounter=sighting'],
]

interface Intervals {
  readonly identity: { readonly scores: Readonly<Record<string, readonly [number, number]>> }
}

test('gallery: made, asked, added to; it keeps what it knows and passes over what it has', async () => {
  const gallery = join(out, 'known')
  expect(await rosette('gallery', '--model', run, '--data', data, '--out', gallery)).toBe(0)
  expect(output.stdout).toContain(`${gallery}: 12 photos of 3 individuals`)
  expect(readdirSync(gallery).sort()).toEqual([
    expect.stringMatching(/^embeddings-[0-9a-f]{16}\.npy$/),
    'gallery.json',
    expect.stringMatching(/^photos-[0-9a-f]{16}\.json$/),
  ])
  const photo = join(data, 'test', 'test', 'test_0001.png')
  const ask = async (from: string) => {
    output.stdout = ''
    expect(await rosette('identify', '--model', run, '--gallery', from, '--json', photo)).toBe(0)
    return (JSON.parse(output.stdout) as { candidates: { identity: string; similarity: number }[] }[])[0]!.candidates
  }
  const byPhotos = await ask(data)
  const byGallery = await ask(gallery)
  expect(byGallery.map(({ identity, similarity }) => [identity, similarity])).toEqual(
    byPhotos.map(({ identity, similarity }) => [identity, similarity]),
  )
  expect(await rosette('gallery', '--model', run, ...queries(), '--out', gallery)).toBe(2)
  expect(output.stderr).toContain(`--out: ${gallery} exists already`)
  output.stdout = ''
  expect(await rosette('gallery', '--model', run, ...queries(), '--out', gallery, '--append')).toBe(0)
  expect(await rosette('gallery', '--model', run, ...queries(), '--out', gallery, '--append')).toBe(0)
  expect(output.stdout).toBe(
    `${gallery}: 21 photos of 3 individuals\n${gallery}: 21 photos of 3 individuals; 9 photos were in it already\n`,
  )
})

test('gallery: a photo that is added under the name of another file is told, once', async () => {
  const [gallery, photos] = [join(out, 'known'), join(out, 'photos')]
  for (const [i, name] of ['Ana', 'Bia'].entries()) {
    mkdirSync(join(photos, name), { recursive: true })
    writeFileSync(join(photos, name, '1.png'), await tinyPhoto(name, i))
  }
  const add = async (...how: string[]) => {
    output.stderr = ''
    expect(await rosette('gallery', '--model', run, '--data', photos, '--out', gallery, ...how), output.stderr).toBe(0)
    return output.stderr
  }
  const told = '1 photo has the name of another file that the gallery keeps (the first: Ana/1.png): both stay in it'
  await add()
  expect(await add('--append')).not.toContain('that the gallery keeps')
  writeFileSync(join(photos, 'Ana', '1.png'), await tinyPhoto('Ana', 7))
  expect(await add('--append')).toContain(`warning: ${told}`)
  expect(await add('--append')).not.toContain('that the gallery keeps')
})

test('gallery: a page that shows other files than the gallery was made of says so', async () => {
  const [gallery, images] = [join(out, 'known'), join(out, 'photos')]
  expect(await rosette('gallery', '--model', run, '--data', data, '--out', gallery)).toBe(0)
  cpSync(join(data, 'train', 'train'), images, { recursive: true })
  const photo = join(data, 'test', 'test', 'test_0001.png')
  const page = join(out, 'page.html')
  const ask = async () => {
    output.stderr = ''
    const more = ['--images', images, '--html', page, '--overwrite']
    expect(await rosette('identify', '--model', run, '--gallery', gallery, photo, ...more), output.stderr).toBe(0)
    return output.stderr
  }
  expect(await ask()).not.toContain('not what the gallery was made of')
  copyFileSync(photo, join(images, 'train_0001.png'))
  const told = 'the file of 1 photo of the gallery is not what the gallery was made of (the first: train_0001.png)'
  expect(await ask()).toContain(`warning: ${told}`)
  expect(readFileSync(page, 'utf8')).toContain(told)
})

test('gallery: another model, and a folder that is none, are refused', async () => {
  const gallery = join(out, 'known')
  expect(await rosette('gallery', '--model', run, '--data', data, '--out', gallery)).toBe(0)
  const other = tinyRun({ checkpoints: { best: tinyTensors(1) } })
  const photo = join(data, 'test', 'test', 'test_0001.png')
  expect(await rosette('identify', '--model', other, '--gallery', gallery, photo)).toBe(2)
  expect(output.stderr).toContain('embeddings of two models cannot be compared')
  expect(await rosette('gallery', '--model', other, '--data', data, '--out', gallery, '--append')).toBe(2)
  expect(await rosette('gallery', '--model', run, '--data', data, '--out', data, '--overwrite')).toBe(2)
  expect(output.stderr).toContain(`--out: ${data} exists and is no gallery of rosette`)
})

test('evaluate --gallery: queries against known individuals; who is not known is counted apart', async () => {
  const list = join(out, 'queries.csv')
  const rows = readFileSync(join(data, 'identities.csv'), 'utf8').trim()
  writeFileSync(list, `${rows}\nstranger.png,Dalila,e9\n`)
  const images = join(out, 'photos')
  mkdirSync(images)
  for (const name of readdirSync(join(data, 'test', 'test')))
    copyFileSync(join(data, 'test', 'test', name), join(images, name))
  writeFileSync(join(images, 'stranger.png'), await tinyPhoto('Dalila', 0))
  const path = join(out, 'metrics.json')
  const where = ['--data', list, '--images', images, '--columns', 'identity=who,encounter=sighting']
  expect(await rosette('evaluate', '--model', run, ...where, '--gallery', data, '--out', path)).toBe(0)
  expect(metricsOf(path)).toMatchObject({
    ...{ data: list, gallery: data, excludeSame: 'encounter', photos: 12, identities: 3 },
    ...{ queries: 9, skipped: 1, notInGallery: 1, sameFiles: 0 },
    protocol: 'queries against a gallery, other encounters',
  })
  expect(metricsOf(path).doubts).toEqual(['9 queries only: one photo more or less changes rank-1 by 0.11'])
  expect(output.stdout).toContain('9 (and 1 not scored: 1 of individuals that the gallery does not show)')
  expect(output.stdout).toContain(`gallery  ${data}: 12 photos of 3 individuals`)
  const gallery = join(out, 'known')
  expect(await rosette('gallery', '--model', run, '--data', data, '--out', gallery)).toBe(0)
  const again = join(out, 'again.json')
  expect(await rosette('evaluate', '--model', run, ...where, '--gallery', gallery, '--out', again)).toBe(0)
  const { gallery: _, sha256: __, ...scores } = metricsOf(path)
  expect(metricsOf(again)).toMatchObject(scores)
})

test('evaluate --gallery: the very same file is no answer; nobody known is an error before the work', async () => {
  const path = join(out, 'metrics.json')
  expect(await rosette('evaluate', '--model', run, '--data', data, '--gallery', data, '--out', path)).toBe(0)
  expect(metricsOf(path)).toMatchObject({ queries: 12, sameFiles: 12 })
  expect(output.stderr).toContain('the gallery has the very files of 12 queries')
  const list = join(out, 'others.csv')
  writeFileSync(list, 'filename,identity\ntest_0001.png,X\ntest_0002.png,X\n')
  const others = ['--data', list, '--images', join(data, 'test', 'test')]
  expect(await rosette('evaluate', '--model', run, ...others, '--gallery', data, '--out', join(out, 'b.json'))).toBe(2)
  expect(output.stderr).toContain(`none of 2 queries shows an individual of the gallery ${data}`)
  const odd = ['--gallery-columns', 'identity=who']
  expect(await rosette('evaluate', '--model', run, ...queries(), ...odd, '--out', join(out, 'b.json'))).toBe(2)
  expect(output.stderr).toContain('--gallery-images and --gallery-columns go with --gallery')
})

test('evaluate: encounters are left out where they are known, and that is the first number', async () => {
  const list = join(out, 'sightings.csv')
  const rows = readFileSync(join(data, 'identities.csv'), 'utf8').trim().split('\n').slice(1)
  writeFileSync(list, `filename,who,sighting\n${rows.map((row) => row.replace(/e[45]$/, 'e4')).join('\n')}\n`)
  const where = ['--data', list, '--images', join(data, 'test', 'test'), '--columns', 'identity=who,encounter=sighting']
  const [kept, all] = [join(out, 'kept.json'), join(out, 'all.json')]
  expect(await rosette('evaluate', '--model', run, ...where, '--out', kept)).toBe(0)
  expect(output.stdout).toContain('scored   each photo against other encounters')
  expect(output.stdout).toContain('With photos of the same encounter left in, which flatters every model: rank-1 ')
  output.stdout = ''
  expect(await rosette('evaluate', '--model', run, ...where, '--exclude-same', 'nothing', '--out', all)).toBe(0)
  expect(output.stdout).toContain('scored   each photo against all others')
  const { rank1, map, identityBalancedMap, queries: count } = metricsOf(all)
  const chance = metricsOf(all).chance as Record<string, number>
  const spread = (metricsOf(all).intervals as Intervals).identity.scores
  expect(metricsOf(kept)).toMatchObject({
    excludeSame: 'encounter',
    withinEncounter: {
      ...{ rank1, map, identityBalancedMap, queries: count },
      chance: { rank1: chance.rank1, map: chance.map, identityBalancedMap: chance.identityBalancedMap },
      intervals: { rank1: spread.rank1, map: spread.map, identityBalancedMap: spread.identityBalancedMap },
    },
  })
  expect(metricsOf(all)).toMatchObject({ excludeSame: null, withinEncounter: null })
})
