import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Rng } from '../base/index.ts'
import { synthesise, syntheticTables } from './dataset.ts'
import { identityNames, planPhotos } from './plan.ts'

const tiny = { identities: 2, photosPerIdentity: 3, testPhotosPerIdentity: 2, widthPx: 64, heightPx: 48 } as const
let base = ''

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'rosette-synth-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

describe('the plan', () => {
  const options = { identities: 6, photosPerIdentity: 20, testPhotosPerIdentity: 7, testPhotosPerEncounter: 3 }
  const photos = planPhotos(options, new Rng(0))
  const of = (split: string) => photos.filter((p) => p.split === split)
  const encounters = grouped(photos, (p) => p.encounter)

  it('has the photos asked for, of every identity in both splits', () => {
    for (const [split, count] of [
      ['train', 20],
      ['test', 7],
    ] as const)
      for (const [, own] of grouped(of(split), (p) => p.name)) expect(own.length).toBe(count)
    expect(new Set(of('test').map((p) => p.name))).toEqual(new Set(identityNames(6)))
  })

  it('shares no encounter between train and test', () => {
    const train = new Set(of('train').map((p) => p.encounter))
    expect(of('test').filter((p) => train.has(p.encounter))).toEqual([])
  })

  it('makes encounters of 2 to 5 photos of one animal, flank and place', () => {
    for (const [, shots] of encounters) {
      const limit = shots[0]!.split === 'train' ? 5 : 3
      expect(shots.length).toBeLessThanOrEqual(limit)
      expect(new Set(shots.map((p) => `${p.name} ${p.flank} ${p.place} ${p.split}`)).size).toBe(1)
      expect(shots.map((p) => p.shot).sort()).toEqual(shots.map((_, i) => i))
    }
    const sizes = [...encounters.values()].filter((shots) => shots[0]!.split === 'train').map((shots) => shots.length)
    expect(sizes.filter((size) => size === 1)).toEqual([])
    expect(new Set(sizes)).toEqual(new Set([2, 3, 4, 5]))
  })

  it('shows both flanks of every identity in both splits', () => {
    const seen = new Set(photos.map((p) => `${p.split} ${p.name} ${p.flank}`))
    expect(seen.size).toBe(2 * 6 * 2)
  })

  it('numbers files in an order that does not follow identities', () => {
    expect(of('train')[0]!.filename).toBe('train_0001.png')
    expect(of('train').at(-1)!.filename).toBe('train_0120.png')
    const changes = of('train').filter((p, i, all) => i > 0 && p.name !== all[i - 1]!.name).length
    expect(changes).toBeGreaterThan(80)
  })

  it('names any number of individuals without repeating one', () => {
    expect(new Set(identityNames(200)).size).toBe(200)
  })

  it('pairs every test photo with every other, row by row', () => {
    const lines = syntheticTables(photos)['test.csv']!.trimEnd().split('\n')
    const names = of('test').map((p) => p.filename)
    expect(lines.length).toBe(1 + 42 * 41)
    expect(lines[0]).toBe('row_id,query_image,gallery_image')
    expect(lines[1]).toBe(`0,${names[0]},${names[1]}`)
    expect(lines[41]).toBe(`40,${names[0]},${names[41]}`)
    expect(lines[42]).toBe(`41,${names[1]},${names[0]}`)
    expect(lines[43]).toBe(`42,${names[1]},${names[2]}`)
  })
})

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

describe('synthesise', () => {
  it('writes the Kaggle layout whole, reporting progress', async () => {
    const out = join(base, 'jaguars')
    const progress: number[] = []
    const made = await synthesise({ ...tiny, out, onProgress: (done) => progress.push(done) })
    expect(made).toMatchObject({ identities: 2, trainPhotos: 6, testPhotos: 4, folder: out })
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(readdirSync(base)).toEqual(['jaguars'])
    expect(readdirSync(out).sort()).toEqual([
      'sheet.png',
      'synthetic.json',
      'test',
      'test.csv',
      'test_identities.csv',
      'train',
      'train.csv',
      'train_encounters.csv',
    ])
    expect(readdirSync(join(out, 'train/train')).length).toBe(6)
    const read = (name: string) => readFileSync(join(out, name), 'utf8').split('\n')
    expect(read('train.csv')[0]).toBe('filename,ground_truth')
    expect(read('train.csv')[1]).toMatch(/^train_0001\.png,(Abril|Aracy)$/)
    expect(read('test_identities.csv')[0]).toBe('filename,ground_truth,encounter,flank')
    expect(read('test_identities.csv')[1]).toMatch(/^test_0001\.png,(Abril|Aracy),enc_\d{4},(left|right)$/)
    expect(read('train_encounters.csv')[0]).toBe('filename,encounter,flank')
    expect([...readFileSync(join(out, 'test/test/test_0001.png')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')])
  })

  it('writes the same bytes for the same seed', async () => {
    const file = 'train/train/train_0003.png'
    await synthesise({ ...tiny, out: join(base, 'a') })
    await synthesise({ ...tiny, out: join(base, 'b') })
    expect(readFileSync(join(base, 'a', file)).equals(readFileSync(join(base, 'b', file)))).toBe(true)
  })

  it('replaces a synthetic dataset only when asked to', async () => {
    const out = join(base, 'jaguars')
    await synthesise({ ...tiny, out })
    await expect(synthesise({ ...tiny, out })).rejects.toThrow('exists already')
    const before = readFileSync(join(out, 'train/train/train_0001.png'))
    writeFileSync(join(out, 'notes.txt'), 'mine')
    writeFileSync(join(out, 'train', 'train', 'mine.png'), 'mine')
    await synthesise({ ...tiny, out, seed: 1, overwrite: true })
    for (const name of ['notes.txt', 'train/train/mine.png']) expect(readFileSync(join(out, name), 'utf8')).toBe('mine')
    expect(readFileSync(join(out, 'train/train/train_0001.png')).equals(before)).toBe(false)
    expect(readdirSync(base)).toEqual(['jaguars'])
  })

  it('never replaces a folder that is not a synthetic dataset', async () => {
    const out = join(base, 'photos')
    mkdirSync(out)
    writeFileSync(join(out, 'precious.txt'), 'mine')
    await expect(synthesise({ ...tiny, out, overwrite: true })).rejects.toThrow('no synthetic dataset')
    expect(readFileSync(join(out, 'precious.txt'), 'utf8')).toBe('mine')
  })

  it('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController()
    const out = join(base, 'jaguars')
    const writing = synthesise({ ...tiny, out, signal: stop.signal, onProgress: (done) => done === 3 && stop.abort() })
    await expect(writing).rejects.toThrow()
    expect(existsSync(out)).toBe(false)
    expect(readdirSync(base)).toEqual([])
  })
})
