import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()

test('two animals on one photo are told apart by where they are, in the CSV and on the screen', async () => {
  const [data, folder] = [await tinyKaggle(), temporaryFolder()]
  const photos = join(data, 'test', 'test')
  const [table, csv] = [join(folder, 'new.csv'), join(folder, 'matches.csv')]
  writeFileSync(table, 'filename,x,y,width,height\ntest_0001.png,0,0,20,30\ntest_0001.png,20.1234567,0,19.8,30\n')
  const asked = ['--gallery', data, '--query-images', photos, '--top', '1', '--threads', '1', table]
  const identify = (...more: string[]) => runProgram(['identify', '--model', tinyRun(), ...asked, ...more], commands)
  expect(await identify()).toBe(0)
  expect(output.stdout).toContain('animal at')
  expect(output.stdout).toContain('20, 0, 20 × 30')
  expect(output.stdout).toContain('test_0001.png, animal at 20, 0, 20 × 30: unsure')
  expect(await identify('--csv', csv)).toBe(0)
  const rows = readFileSync(csv, 'utf8').trim().split('\n')
  expect(rows[0]).toMatch(/,x,y,width,height\r?$/)
  expect(rows.slice(1).map((row) => row.trim().split(',').slice(-4).join())).toEqual(['0,0,20,30', '20.12,0,19.8,30'])
  expect(output.stdout).toContain('2 animals on 1 photo, up to 1 individual for each')
})

test('cluster tells two animals of one photo apart, and counts photos beside animals', async () => {
  const [data, folder] = [await tinyKaggle(), temporaryFolder()]
  const [table, csv] = [join(folder, 'new.csv'), join(folder, 'clusters.csv')]
  writeFileSync(
    table,
    'filename,x,y,width,height\ntest_0001.png,0,0,20,30\ntest_0001.png,20,0,20,30\ntest_0002.png,,,,\n',
  )
  const asked = ['--data', table, '--images', join(data, 'test', 'test'), '--threshold', '0.5', '--threads', '1']
  expect(await runProgram(['cluster', '--model', tinyRun(), ...asked, '--out', csv], commands)).toBe(0)
  expect(output.stdout).toContain('2 animals on 1 photo and 1 whole photo')
  const rows = readFileSync(csv, 'utf8').trim().split('\n')
  expect(rows[0]).toMatch(/,sure,x,y,width,height\r?$/)
  const ends = rows.slice(1).map((row) => row.trim().split(',').slice(-4).join())
  expect(ends.sort()).toEqual([',,,', '0,0,20,30', '20,0,20,30'])
})
