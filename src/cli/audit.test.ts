import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import type { Bursts } from '../data/index.ts'
import type { LeakageCertificate, NearestPairs } from '../study/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let photos = ''
let table = ''
let out = ''

/** Three individuals of four photos; the first of each is there once more, on the other side of the split. */
beforeAll(async () => {
  photos = temporaryFolder()
  const rows = ['filename,identity,subset']
  for (const name of ['=Abril', 'Bento', 'Caiman'])
    for (let i = 0; i < 4; i++) {
      const file = `${name}_${i}.png`
      writeFileSync(join(photos, file), await tinyPhoto(name, i === 3 ? 0 : i))
      rows.push(`${file},${name},${i < 2 ? 'train' : 'test'}`)
    }
  writeFileSync(join(photos, 'broken.png'), 'no photo')
  rows.push('broken.png,Bento,train')
  table = join(photos, 'table.csv')
  writeFileSync(table, `${rows.join('\n')}\n`)
})
beforeEach(() => {
  out = temporaryFolder()
})

const rosette = (...args: string[]) => runProgram(args, commands)
const json = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, unknown>

test('rosette audit finds duplicates, what cannot be read and leaks across the split, and writes a safe table', async () => {
  expect(await rosette('audit', '--data', table, '--out', join(out, 'audit.json'))).toBe(0)
  expect(json('audit.json')).toMatchObject({
    photos: 12,
    individuals: 3,
    counts: { unreadable: 1, 'identical file': 3, 'unlike its individual': 0 },
    leakage: { train: 6, validation: 6 },
  })
  expect((json('audit.json').leakage as LeakageCertificate).pairs).toBeGreaterThanOrEqual(3)
  expect(output.stdout).toMatch(/split: \d+ pairs of a training and a validation photo of one individual are within 11/)
  expect(output.stdout).toContain(
    `3 pairs of identical files have one name each, the first: =Abril_0.png and =Abril_3.png (=Abril); in ${join(out, 'audit.csv')}`,
  )
  const lines = readFileSync(join(out, 'audit.csv'), 'utf8').trim().split('\n')
  expect(lines[0]).toBe('kind,photo,identity,split,other_photo,other_identity,other_split,bits,cosine,detail')
  expect(lines[1]).toMatch(/^unreadable,broken\.png,Bento,train,,,,,,/)
  expect(lines).toContain("identical file,'=Abril_0.png,'=Abril,train,'=Abril_3.png,'=Abril,test,0,,")
  expect(await rosette('audit', '--data', table, '--out', join(out, 'audit.json'))).toBe(2)
  expect(await rosette('audit', '--data', table, '--out', join(out, 'audit.txt'))).toBe(2)
})

test('rosette audit makes a folder: a page with pictures of pairs across the split, and tables', async () => {
  const folder = join(out, 'audit')
  expect(await rosette('audit', '--data', table, '--model', tinyRun(), '--out', folder)).toBe(0)
  const { nearest, bursts } = json('audit/audit.json') as { nearest: NearestPairs; bursts: Bursts }
  expect(bursts.likeness).toMatchObject({ asked: 0.96, collisions: 0 })
  expect(output.stdout).toMatch(/a burst is photos of one individual that .*, or of cosine \d\.\d+ or more/)
  expect(nearest.border).toBe('sides of the split')
  expect(nearest.pairs[0]).toMatchObject({
    by: 'hash',
    bits: 0,
    sameIdentity: true,
    split: 'train',
    otherSplit: 'test',
  })
  expect(nearest.pairs[0]!.cosine).toBeCloseTo(1, 5)
  const page = readFileSync(join(folder, 'audit.html'), 'utf8')
  expect(page.match(/as alike as photos of one moment: the score flatters/g)!.length).toBeGreaterThanOrEqual(3)
  expect(page.match(/<img alt="[^"]*" src="data:image/g)!.length).toBeGreaterThanOrEqual(2 * nearest.pairs.length)
  expect(page).not.toContain('<script')
  const pairs = readFileSync(join(folder, 'pairs.csv'), 'utf8').trim().split('\n')
  expect(pairs).toHaveLength(nearest.pairs.length + 1)
  expect(pairs[1]).toMatch(/^hash,'=Abril_0\.png,'=Abril,train,'=Abril_3\.png,'=Abril,test,0,1/)
  expect(await rosette('audit', '--data', table, '--out', folder)).toBe(2) // it is there
  expect(await rosette('audit', '--data', table, '--out', photos, '--overwrite')).toBe(2) // no audit: not replaced
  expect(output.stderr).toContain('is no audit (it has no audit.html), and is not replaced')
})

test('evaluate writes the certificate of a table’s own split', async () => {
  const ask = ['--model', tinyRun(), '--data', table, '--skip-unreadable', '--threads', '1', '--overwrite']
  expect(await rosette('evaluate', ...ask, '--out', join(out, 'metrics.json'))).toBe(0)
  const { split, leakage } = json('metrics.json') as { split: string; leakage: LeakageCertificate }
  expect(split).toBe('test')
  expect(leakage).toMatchObject({ radius: 11, train: 6, validation: 6 })
  expect(leakage.nearest[0]).toMatchObject({ bits: 0, sameIdentity: true })
  expect(leakage.verdict[0]).toContain('the score flatters')
  expect(await rosette('evaluate', ...ask, '--split', 'all', '--out', join(out, 'metrics.json'))).toBe(0)
  expect(json('metrics.json')).toMatchObject({ split: 'all', leakage: null })
})
