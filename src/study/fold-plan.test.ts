import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, greyPng } from '../../test/dataset-fixture.ts'
import { openDataset } from '../data/index.ts'
import { type FoldPlanOptions, hashPlan, lotWarning, planFolds, readPlan, writePlan } from './fold-plan.ts'

/** A table with these lines, and a photo for each. */
async function planOf(header: string, lines: readonly string[], options: FoldPlanOptions = {}) {
  const files: Record<string, string | Uint8Array> = { 'photos.csv': `${[header, ...lines].join('\n')}\n` }
  for (const [i, line] of lines.entries()) files[line.split(',')[0]!] = await greyPng(i)
  const manifest = openDataset(join(folderWith(files), 'photos.csv'), { requireIdentity: true })
  return planFolds(manifest, options, { settings: {}, reading: {} })
}

/** Four photos of each of two animals, at two encounters each. */
const seen = ['a', 'b'].flatMap((who) =>
  [0, 1, 2, 3].map((i) => `${who}${i}.png,${who},${who}-night-${Math.floor(i / 2)}`),
)

test('a plan that was edited or cut short is told, and one that an older version wrote without a seal is read', async () => {
  const folder = folderWith({})
  const plan = await planOf('filename,identity,encounter', seen, { folds: 2 })
  writePlan(folder, plan)
  expect(readPlan(folder)).toEqual(plan)
  const path = join(folder, 'folds.json')
  const whole = readFileSync(path, 'utf8')
  writeFileSync(path, whole.replace('"a0.png"', '"b9.png"'))
  expect(() => readPlan(folder)).toThrow(`${path}: sha256: does not fit what the file says: it was edited or damaged`)
  writeFileSync(path, whole.slice(0, 200))
  expect(() => readPlan(folder)).toThrow(`${path}: not JSON (`)
  writeFileSync(path, JSON.stringify(plan))
  expect(readPlan(folder)).toEqual(plan)
})

test('folds are by encounter where one is known, else by lot; each photo validates once', async () => {
  const byEncounter = await planOf('filename,identity,encounter', seen, { folds: 2 })
  expect(byEncounter.kind).toBe('encounter')
  const nights = byEncounter.folds.map(
    ({ validation }) => new Set(validation.map((name) => `${name[0]}${Math.floor(Number(name[1]) / 2)}`)),
  )
  expect(nights.map(({ size }) => size)).toEqual([2, 2])
  expect(new Set(nights.flatMap((set) => [...set])).size).toBe(4)

  const byLot = await planOf(
    'filename,identity',
    seen.map((line) => line.split(',').slice(0, 2).join(',')),
    { folds: 2 },
  )
  expect(byLot.kind).toBe('stratified')
  expect(byLot.folds.flatMap(({ validation }) => validation).sort()).toEqual(seen.map((line) => line.split(',')[0]))
  expect(byLot.folds[0]!.train).toEqual(byLot.folds[1]!.validation)
})

test('bursts that were found keep photos together where no encounter is known and every fold can be measured', async () => {
  const lines = seen.map((line) => line.split(',').slice(0, 2).join(','))
  const thresholds = [{ kind: 'DCT hash', radius: 9, pairs: 4, collisions: 0, nearestCollision: 10 }] as const
  const found = { count: 4, photos: 8, thresholds, contradictions: 0, bursts: [0, 0, 2, 2, 4, 4, 6, 6] }
  const plan = await planOf('filename,identity', lines, { folds: 2, bursts: found })
  expect(plan.kind).toBe('burst')
  const mates = (name: string) => [0, 1].map((i) => `${name[0]}${2 * Math.floor(Number(name[1]) / 2) + i}.png`)
  for (const { validation } of plan.folds)
    expect(validation.flatMap(mates).every((name) => validation.includes(name))).toBe(true)
  expect(plan.bursts).toEqual({ count: 4, photos: 8, thresholds, contradictions: 0 })
  const folder = folderWith({})
  writePlan(folder, plan)
  expect(readPlan(folder)).toEqual(plan)
  const { bursts: _, ...older } = plan
  expect(hashPlan(older)).toBe(hashPlan(plan)) // jobs of an older version go on
  const asked = { folds: 2, by: 'stratified', bursts: found } as const
  const byLot = await planOf('filename,identity', lines, asked)
  expect([byLot.kind, byLot.bursts]).toEqual(['stratified', undefined])
  const pairs = { ...found, bursts: [0, 1, 2, 3, 4, 4, 4, 4] } // b on one side: a's photos may fall apart, b's may not
  expect((await planOf('filename,identity', lines, { folds: 8, bursts: pairs }).catch(String)).toString()).toContain(
    'fold 1, by stratified: of its 1 photo no two show one individual',
  )
})

test('a column called fold decides, unless a kind is named; its number of folds is its own', async () => {
  const lines = seen.map((line, i) => `${line},${i % 2 === 0 ? 'x' : 'y'}`)
  const header = 'filename,identity,encounter,fold'
  const plan = await planOf(header, lines)
  expect(plan.kind).toBe('column')
  expect(plan.folds.map(({ validation }) => validation)).toEqual([
    ['a0.png', 'a2.png', 'b0.png', 'b2.png'],
    ['a1.png', 'a3.png', 'b1.png', 'b3.png'],
  ])
  expect((await planOf(header, lines, { by: 'encounter', folds: 2 })).kind).toBe('encounter')
  await expect(planOf(header, lines, { folds: 5 })).rejects.toThrow(
    '`folds`: the table’s column has 2 folds, got 5'.replace('’', "'"),
  )
})

test('a word for test photos among folds is refused, whatever divides', async () => {
  const lines = seen.map((line, i) => `${line},${['1', '2', 'test', 'test'][i % 4]}`)
  for (const options of [{}, { by: 'encounter', folds: 2 }] as const)
    await expect(planOf('filename,identity,encounter,fold', lines, options)).rejects.toThrow(
      "folds: expected a fold in the column for the fold, as 1, 2, got 'test' for 4 photos",
    )
})

test('test photos of the table take no part', async () => {
  const lines = seen.map((line, i) => `${line},${i === 0 ? 'test' : i === 1 ? '' : i === 2 ? 'val' : 'train'}`)
  const plan = await planOf('filename,identity,encounter,split', lines, { by: 'stratified', folds: 2 })
  const photos = plan.folds.flatMap(({ validation }) => validation).sort()
  expect(photos).toEqual(['a2.png', 'a3.png', 'b0.png', 'b1.png', 'b2.png', 'b3.png'])
})

test('a fold in which nobody can be found is refused before anything is trained', async () => {
  const lines = ['a0.png,a,x', 'b0.png,b,x', 'a1.png,a,y', 'a2.png,a,y']
  await expect(planOf('filename,identity,fold', lines)).rejects.toThrow(
    'fold 1, by column: of its 2 photos no two show one individual',
  )
})

test('what cannot be divided says what would help', async () => {
  const single = ['a', 'b', 'c', 'd'].map((who) => `${who}.png,${who}`)
  await expect(planOf('filename,identity', single, { folds: 2 })).rejects.toThrow(
    'hint: each individual has one photo: add photos of the same individuals',
  )
  const column = ['a0.png,a,1', 'b0.png,b,1', 'a1.png,a,2', 'b1.png,b,2']
  await expect(planOf('filename,identity,fold', column)).rejects.toThrow(
    'hint: mend the column for the fold, or divide otherwise with `by`',
  )
  await expect(planOf('filename,identity', ['a0.png,a', 'a1.png,a'], { folds: 2 })).rejects.toThrow(
    'expected photos of two individuals or more to train on',
  )
})

test('encounters that no table of photos states do not decide where they score no fold, and it is said', () => {
  const photosOf = (encounters: number) =>
    ['a', 'b'].flatMap((identity) =>
      [0, 1, 2, 3, 4, 5].map((i) => {
        const filename = `${identity}${i}.png`
        return { filename, path: filename, identity, encounter: `${identity} ${i % encounters}`, extra: {} }
      }),
    )
  const plan = (encounters: number, options: FoldPlanOptions, encountersFrom?: string) => {
    const photos = photosOf(encounters)
    const manifest = { kind: 'kaggle', source: 'jaguars', photos, encountersFrom, warnings: [], problems: [] } as const
    return planFolds(manifest, options, { settings: {}, reading: {} })
  }
  const from = 'from train_encounters.csv'
  const byLot = plan(2, { folds: 3 }, from) // four encounters for three folds: each individual's two fall apart
  expect(byLot.kind).toBe('stratified')
  expect(byLot.folds.map(({ validation }) => validation.length)).toEqual([4, 4, 4])
  expect(lotWarning(photosOf(2), byLot, {})).toEqual([
    'with 3 folds by encounter no individual has two encounters in one, and nothing could be scored: photos are divided by lot, so that those ' +
      'of one encounter both train and validate, which flatters every score; ask for fewer folds (`folds: 2`), or `by: "identity"` keeps all ' +
      'photos of an individual in one fold',
  ])
  expect(lotWarning(photosOf(2), byLot, { by: 'stratified' })).toEqual([])
  expect(plan(1, { folds: 2 }, from).kind).toBe('encounter') // by lot nothing has a score either
  for (const [encounters, folds, by, told] of [
    [6, 3, undefined, from],
    [2, 3, 'encounter', from],
    [2, 3, undefined, undefined],
  ] as const)
    expect(plan(encounters, { folds, by }, told).kind).toBe('encounter')
})
