import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test, vi } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import type { EvaluationReport } from '../identify/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
const rosette = (...args: string[]) => runProgram(args, commands)

let folder = ''
let asked: string[] = []
beforeAll(async () => {
  vi.stubEnv('ROSETTE_CACHE', temporaryFolder())
  folder = temporaryFolder()
  const known = ['filename,identity,station,timestamp']
  for (const [name, station] of [
    ['Abril', 'Secret River'],
    ['Bento', 'Secret Hill'],
  ] as const)
    for (let i = 0; i < 2; i++) {
      writeFileSync(join(folder, `${name}_${i}.png`), await tinyPhoto(name, i))
      known.push(`${name}_${i}.png,${name},${station},2024-05-0${i + 1}T10:00:00`)
    }
  writeFileSync(join(folder, 'q.png'), await tinyPhoto('Abril', 5))
  writeFileSync(join(folder, 'r.png'), await tinyPhoto('Bento', 5))
  writeFileSync(join(folder, 'known.csv'), `${known.join('\n')}\n`)
  const queries = 'filename,station,timestamp\nq.png,Secret River,2024-05-03T10:00:00\nr.png,,\n'
  writeFileSync(join(folder, 'asked.csv'), queries)
  asked = ['identify', join(folder, 'asked.csv'), '--model', tinyRun(), '--gallery', join(folder, 'known.csv')]
  asked.push('--match', 'none')
})

test('evaluate --prior place-time tells what it brings beside scores by looks alone, and is refused where nothing is known', async () => {
  const rows = ['filename,identity,station,timestamp']
  for (const [i, name] of ['Abril', 'Bento', 'Caiman', 'Dina'].entries())
    for (let shot = 0; shot < 2; shot++) {
      writeFileSync(join(folder, `${name}_${shot}.png`), await tinyPhoto('alike', 10 * i + shot))
      rows.push(`${name}_${shot}.png,${name},station ${i},2024-05-0${shot + 1}T10:00:00`)
    }
  const [table, out] = [join(folder, 'homes.csv'), join(temporaryFolder(), 'metrics.json')]
  writeFileSync(table, `${rows.join('\n')}\n`)
  const evaluate = ['evaluate', '--model', tinyRun(), '--data', table, '--overwrite', '--out', out]
  const metrics = async (...more: string[]) => {
    expect(await rosette(...evaluate, ...more)).toBe(0)
    const { sha256: _, ...told } = JSON.parse(readFileSync(out, 'utf8')) as EvaluationReport & { sha256: string }
    return told
  }
  const blind = await metrics()
  expect(blind.prior).toBeNull()
  output.stdout = ''
  const { prior, ...others } = await metrics('--prior', 'place-time')
  expect({ ...others, prior: null }).toEqual(blind)
  expect(prior).toMatchObject({ kind: 'place-time', queries: 8, told: 8, rank1: { a: blind.rank1, b: 0.875 } })
  expect(output.stdout).toMatch(/^prior +place and time, known of 8 of 8 queries: rank-1 from 0\.375 to 0\.875 \(/m)
  expect(output.stdout).toMatch(/the 95 % interval of the difference: they help here$/m)
  const against = await metrics('--prior', 'place-time', '--gallery', table)
  expect(against.prior).toMatchObject({ queries: 8, told: 8 })
  writeFileSync(table, `${rows.map((row, i) => (i === 3 ? row.replace(/2024.*/, 'at dawn') : row)).join('\n')}\n`)
  expect((await metrics('--prior', 'place-time')).prior).toMatchObject({ told: 8 })
  expect(output.stderr).toContain(
    "warning: 1 of 8 times cannot be read, so that these photos count as having none: 'at dawn'; times are",
  )
  const homes = join(folder, 'stations.csv') // the stations of the gallery are others than those of the queries
  const noTimes = rows.map((row) => row.split(',').slice(0, 3).join(','))
  writeFileSync(homes, `${noTimes.join('\n').replaceAll('station ', 'foreign ')}\n`)
  writeFileSync(table, `${noTimes.join('\n')}\n`)
  expect(await rosette(...evaluate, '--prior', 'place-time', '--gallery', homes)).toBe(2)
  expect(output.stderr).toContain('--prior place-time: no photo has a station or a time that the gallery has too')
  output.stderr = ''
  writeFileSync(table, `${rows.map((row) => row.split(',').slice(0, 2).join(',')).join('\n')}\n`)
  expect(await rosette(...evaluate, '--prior', 'place-time')).toBe(2)
  expect(output.stderr).toContain('--prior place-time: no photo has a station or a time that the gallery has too')
  expect(await rosette(...evaluate, '--prior', 'place-time', '--protocols', 'all')).toBe(2)
  expect(output.stderr).toContain('--protocols measures looks alone: leave out --prior beside it')
  expect(await rosette(...evaluate, '--flanks', 'same', '--protocols', 'all')).toBe(2)
  expect(output.stderr).toContain('--protocols compares photos of any flank: leave out --flanks same beside it')
})

test('--prior place-time: a column and a line of its own, in the table, the CSV and the page; never a station', async () => {
  expect(await rosette(...asked)).toBe(0)
  const plain = output.stdout
  output.stdout = ''
  expect(await rosette(...asked, '--prior', 'place-time')).toBe(0)
  expect(output.stdout).toMatch(/^photo +rank +identity +similarity +best match +place time factor$/m)
  expect(output.stdout).toMatch(/^q\.png +\d +Abril .* 1\.8\d$/m)
  expect(output.stdout).toMatch(/^q\.png +\d +Bento .* 0\.1\d$/m)
  expect(output.stdout).toMatch(/^q\.png: place and time: Abril is 1\.9 times as likely as the average individual/m)
  expect(output.stdout).toContain('r.png: place and time: the photo has neither a station nor a time')
  const similarities = (text: string) => [...text.matchAll(/^[qr]\.png +\d +\w+ +\d\.\d{4}/gm)].map(([row]) => row)
  expect(similarities(output.stdout).map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
    similarities(plain).map((row) => row.replaceAll(/ +/g, ' ')),
  )
  const mixed = join(folder, 'mixed.csv')
  writeFileSync(mixed, 'filename,station,timestamp\nq.png,Secret River,3/4/2024\n')
  expect(await rosette(...asked.with(1, mixed), '--prior', 'place-time', '--json')).toBe(0)
  expect(output.stderr).toMatch(/note: place and time: the times are not used: '3\/4\/2024' may have the day or/)
  const [csv, html] = [join(temporaryFolder(), 'answers.csv'), join(temporaryFolder(), 'answers.html')]
  expect(await rosette(...asked, '--prior', 'place-time', '--csv', csv, '--html', html)).toBe(0)
  const [header, ...rows] = readFileSync(csv, 'utf8').trim().split('\n')
  expect(header).toMatch(/,rests_on,place_time_factor$/)
  expect(rows.map((row) => row.split(',').at(-1))).toEqual([expect.stringMatching(/^1\.8/), '0.12', '', ''])
  expect(readFileSync(html, 'utf8')).toContain('"placeTime":"place and time: 1.9 times the average"')
  for (const text of [output.stdout, readFileSync(csv, 'utf8'), readFileSync(html, 'utf8')])
    expect(text).not.toContain('Secret')
})

test('--prior place-time has the times of the files on both sides, also where the gallery has encounters', async () => {
  const taken = async (name: string, i: number, day: number) => {
    const exif = { IFD2: { DateTimeOriginal: `2024:05:0${day} 10:00:00` } }
    return sharp(await tinyPhoto(name, i))
      .withExif(exif)
      .png()
      .toBuffer()
  }
  const timed = temporaryFolder()
  writeFileSync(join(timed, 'a.png'), await taken('Abril', 0, 1))
  writeFileSync(join(timed, 'b.png'), await taken('Bento', 0, 9))
  writeFileSync(join(timed, 'q.png'), await taken('Abril', 5, 1))
  const [table, query] = [join(timed, 'known.csv'), join(timed, 'q.png')]
  writeFileSync(table, 'filename,identity,encounter\na.png,Abril,e1\nb.png,Bento,e2\n')
  const args = ['identify', query, '--model', tinyRun(), '--gallery', table, '--match', 'none']
  output.stdout = ''
  expect(await rosette(...args, '--prior', 'place-time', '--json')).toBe(0)
  const [{ candidates }] = JSON.parse(output.stdout) as [
    { candidates: readonly { identity: string; placeTime: { factor: number } }[] },
  ]
  const later = Math.exp(-8 / 90)
  const factorOf = (own: number) => 0.1 + (0.9 * (own + 0.0003)) / ((1 + later) / 2 + 0.0003)
  expect(Object.fromEntries(candidates.map(({ identity, placeTime }) => [identity, placeTime.factor]))).toEqual({
    Abril: expect.closeTo(factorOf(1), 3),
    Bento: expect.closeTo(factorOf(later), 3),
  })
})
