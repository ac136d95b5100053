import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { columnFolds } from './column-folds.ts'
import { folds } from './folds.ts'
import { groupedSplit } from './grouped-split.ts'
import type { Photo } from './manifest.ts'
import { openDataset } from './open.ts'
import { proposedOf, saysProposed, withoutProposed } from './proposed.ts'

async function table(rows: readonly string[], header = 'filename,identity,split,proposed') {
  const photos = rows.map((row) => row.split(',')[0]!)
  const files = await Promise.all(photos.map(async (name, i) => [name, await greyPng(10 * i)] as const))
  return join(
    folderWith({ ...Object.fromEntries(files), 'table.csv': `${[header, ...rows].join('\n')}\n` }),
    'table.csv',
  )
}

describe('a column of proposed identities', () => {
  test('is read, and such photos are left out where a name is needed', async () => {
    const rows = ['a.png,Abril,train,', 'b.png,Abril,validation,no', 'c.png,Bento,train,yes', 'd.png,Bento,train,']
    const manifest = openDataset(await table(rows))
    expect(manifest.photos.map(({ proposed }) => proposed)).toEqual([undefined, undefined, true, undefined])
    expect(manifest.reading!.columns.proposed).toBe('proposed')
    expect(manifest.summary).toContain('4 photos of 2 individuals, 1 with a proposed identity, which only train')
    const known = withoutProposed(manifest)
    expect(known.photos.map(({ filename }) => filename)).toEqual(['a.png', 'b.png', 'd.png'])
    expect(known.notes).toContain('1 photo with a proposed identity is left out: these are guesses, which only train')
    expect(withoutProposed(known)).toBe(known)
  })

  test('must not name a photo that is scored', async () => {
    const rows = ['a.png,Abril,train,', 'b.png,Abril,validation,yes', 'c.png,Bento,test,yes']
    const path = await table(rows)
    expect(() => openDataset(path)).toThrow(
      /2 problems\n {2}table.csv row 3 'b.png': a proposed identity cannot validate or be tested: it is a guess\n {2}table.csv row 4/,
    )
  })

  test('of other words is no such column, unless it is named', async () => {
    const path = await table(['a.png,Abril,train,Abril 2', 'b.png,Bento,train,'])
    expect(openDataset(path).photos[0]).toMatchObject({ extra: { proposed: 'Abril 2' } })
    expect(() => openDataset(path, { columns: { proposed: 'proposed' } })).toThrow(
      "row 2 'a.png': expected yes or no in the column of proposed identities, got 'Abril 2'",
    )
    expect(['yes', 'TRUE', '1', '', 'no', '0', 'maybe'].map(proposedOf)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      undefined,
    ])
    expect([saysProposed(['', 'yes']), saysProposed(['', '']), saysProposed(['yes', 'Abril'])]).toEqual([
      true,
      false,
      false,
    ])
  })
})

/** Two individuals of four encounters with two photos each. */
const known: Photo[] = ['Abril', 'Bento'].flatMap((identity) =>
  Array.from({ length: 8 }, (_, i) => photo(`${identity}-${i}`, { identity, encounter: `${identity} ${i >> 1}` })),
)

function photo(name: string, more: Partial<Photo>): Photo {
  return { filename: `${name}.png`, path: `${name}.png`, extra: {}, ...more }
}

const namesOf = (photos: readonly Photo[], rows: readonly number[]) => rows.map((row) => photos[row]!.filename).sort()

describe('photos with proposed identities', () => {
  // one stands in front of the others, so that positions are not those of the known photos alone
  const proposed = known.map(({ encounter }, i) => photo(`new-${i}`, { identity: 'Abril', encounter, proposed: true }))
  const apart = photo('apart', { identity: 'Bento', encounter: 'later', proposed: true })
  const photos = [apart, ...known, ...proposed]

  test.each(['stratified', 'encounter'] as const)('never validate, and change nothing of a split by %s', (kind) => {
    const alone = groupedSplit(known, { kind, seed: 1 })
    const split = groupedSplit(photos, { kind, seed: 1 })
    expect(namesOf(photos, split.validation)).toEqual(namesOf(known, alone.validation))
    expect(split.validation.length).toBeGreaterThan(1)
    const trained = split.train.map((row) => photos[row]!)
    expect(trained.filter((one) => one.proposed !== true).map(({ filename }) => filename)).toEqual(
      alone.train.map((row) => known[row]!.filename),
    )
    expect(split.train).toContain(0)
    const held = new Set(split.validation.map((row) => photos[row]!.encounter))
    const inHeld = trained.filter((one) => one.proposed === true && held.has(one.encounter))
    expect(inHeld.length > 0).toBe(kind === 'stratified')
  })

  test('train in every fold whose encounters are others', () => {
    const alone = folds(known, { kind: 'encounter', folds: 2, seed: 1 })
    const both = folds(photos, { kind: 'encounter', folds: 2, seed: 1 })
    expect(both.map(({ validation }) => namesOf(photos, validation))).toEqual(
      alone.map(({ validation }) => namesOf(known, validation)),
    )
    expect(both.map(({ train }) => train.includes(0))).toEqual([true, true])
    expect(both.map(({ train }) => train.length)).toEqual([17, 17]) // eight known, eight of their sightings, and the one apart
  })

  test('validate in no fold of a column', () => {
    const rows = known.map((one, i) => ({ ...one, fold: String(i % 2) }))
    const [first] = columnFolds([...rows, photo('new', { identity: 'Abril', fold: '0', proposed: true })])
    expect(first!.validation).toEqual([0, 2, 4, 6, 8, 10, 12, 14])
    expect(first!.train).not.toContain(16)
  })
})
