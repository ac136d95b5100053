import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { datasetHash } from './hash.ts'
import { identitiesOf, type Photo } from './manifest.ts'
import { openDataset } from './open.ts'
import { hashSplit, stratifiedSplit } from './split.ts'
import { splitSideOf, unreadSplit } from './split-column.ts'

const photosOf = (counts: Readonly<Record<string, number>>): Photo[] =>
  Object.entries(counts).flatMap(([identity, count]) =>
    Array.from(
      { length: count },
      (_, i): Photo => ({ filename: `${identity}-${i}.png`, path: `/${i}`, identity, extra: {} }),
    ),
  )

const photos = photosOf({ one: 1, three: 3, four: 4, eleven: 11, forty: 40 })

const countOf = (indices: readonly number[], identity: string) =>
  indices.filter((i) => photos[i]!.identity === identity).length

describe('stratifiedSplit', () => {
  it('takes a fraction of each identity, two at least, none of those with fewer than four', () => {
    const { train, validation } = stratifiedSplit(photos, { seed: 1 })
    const held = Object.fromEntries(
      ['one', 'three', 'four', 'eleven', 'forty'].map((id) => [id, countOf(validation, id)]),
    )
    expect(held).toEqual({ one: 0, three: 0, four: 2, eleven: 2, forty: 8 })
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(photos.map((_, i) => i))
    expect([...train].sort((a, b) => a - b)).toEqual(train)
  })

  it('leaves two of each identity to train', () => {
    const { train } = stratifiedSplit(photos, { seed: 1, fraction: 0.99 })
    expect(['four', 'eleven', 'forty'].map((identity) => countOf(train, identity))).toEqual([2, 2, 2])
  })

  it('depends on the seed, not on the order of photos', () => {
    const split = stratifiedSplit(photos, { seed: 1 })
    const reversed = [...photos].reverse()
    const names = (list: readonly Photo[], indices: readonly number[]) => indices.map((i) => list[i]!.filename).sort()
    const other = stratifiedSplit(reversed, { seed: 1 })
    expect(names(reversed, other.validation)).toEqual(names(photos, split.validation))
    expect(hashSplit(reversed, other)).toBe(hashSplit(photos, split))
    expect(hashSplit(photos, stratifiedSplit(photos, { seed: 2 }))).not.toBe(hashSplit(photos, split))
  })

  it('needs identities and a fraction', () => {
    const unknown: Photo[] = [{ filename: 'a.png', path: '/a', extra: {} }]
    expect(() => stratifiedSplit(unknown, { seed: 1 })).toThrow('validation split: a.png has no identity')
    expect(() => stratifiedSplit(photos, { seed: 1, fraction: 1 })).toThrow('expected between 0 and 1, got 1')
  })
})

describe('hashes', () => {
  const hashes = photos.map((_, i) => `content ${i}`)

  it('of a split tell its sides apart', () => {
    const { train, validation } = stratifiedSplit(photos, { seed: 1 })
    expect(hashSplit(photos, { train: validation, validation: train })).not.toBe(
      hashSplit(photos, { train, validation }),
    )
  })

  it('of a dataset change with labels and content, not with order or place', () => {
    const hash = datasetHash(photos, hashes)
    const moved = photos.map((photo) => ({ ...photo, path: `/elsewhere${photo.path}` })).reverse()
    expect(datasetHash(moved, [...hashes].reverse())).toBe(hash)
    const changed = (change: Partial<Photo>) => datasetHash([{ ...photos[0]!, ...change }, ...photos.slice(1)], hashes)
    expect(changed({})).toBe(hash)
    for (const change of [
      { identity: 'x' },
      { encounter: 'x' },
      { flank: 'left' },
      { box: { x: 0, y: 0, width: 1, height: 1 } },
    ])
      expect(changed(change)).not.toBe(hash)
    expect(datasetHash(photos, ['other', ...hashes.slice(1)])).not.toBe(hash)
  })
})

it('identitiesOf numbers identities in the order of their names', () => {
  const { names, index } = identitiesOf([...photosOf({ b: 1, a: 2 }), { filename: 'x', path: '/x', extra: {} }])
  expect(names).toEqual(['a', 'b'])
  expect([...index]).toEqual([1, 0, 0, -1])
})

it('a column called split that names no sides is told, and one that does is not', () => {
  const warningsOf = (words: readonly string[]) => {
    const rows = words.map((word, i) => `${i}.jpg,${'AABB'[i]},${word}`)
    const folder = folderWith({ 'a.csv': `filename,identity,split\n${rows.join('\n')}\n` })
    return openDataset(join(folder, 'a.csv'), { problems: 'collect' }).warnings.filter((text) => text.includes('split'))
  }
  expect(warningsOf(['A', 'B', 'A', ''])).toEqual([
    "column 'split' is not used: expected train, validation or test in it, got 'A', 'B'",
  ])
  expect(warningsOf(['train', 'test', 'train', 'test'])).toEqual([])
})

it('a side may be one of several words; words of two sides are none', () => {
  const cells = [
    'test_open',
    'Public Test',
    'PublicTest',
    'train-1',
    'TrainSet',
    'val 2',
    'train/val',
    'contest',
    'retraining',
    'untested',
    '',
  ]
  expect(cells.map(splitSideOf)).toEqual([
    ...['test', 'test', 'test', 'train', 'train', 'validation', undefined, undefined, undefined, undefined, 'none'],
  ])
})

it('a column of yes and no is told: it is no split that can be used', () => {
  const table = (header: string, cells: readonly string[]) =>
    unreadSplit(
      { header: ['file', header], rows: cells.map((cell) => ['a.jpg', cell]), numbers: new Int32Array() },
      undefined,
    )
  expect(table('is_train', ['True', 'False'])).toEqual([
    "column 'is_train' is not used: expected train, validation or test in it, got 'True', 'False'",
  ])
  expect(table('Test', ['1', '0'])).toHaveLength(1)
  expect(table('test', ['blood', 'hair'])).toEqual([])
  expect(table('station', ['1', '0'])).toEqual([])
})
