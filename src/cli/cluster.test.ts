import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import type { DecidingData } from '../report/deciding-data.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()
let run = ''
let photos = ''
let known = ''

beforeAll(async () => {
  run = tinyRun()
  photos = temporaryFolder()
  known = temporaryFolder()
  for (const name of ['Ana', 'Bento', 'Caiman'])
    for (let i = 0; i < 3; i++) writeFileSync(join(photos, `${name}${i}.png`), await tinyPhoto(name, i))
  for (const name of ['Ana', 'Bento', 'Caiman']) {
    mkdirSync(join(known, name))
    for (let i = 0; i < 3; i++) writeFileSync(join(known, name, `${i}.png`), await tinyPhoto(name, 5 + i))
  }
})

const cluster = (out: string, ...more: string[]) =>
  runProgram(['cluster', '--model', run, '--data', photos, '--out', out, '--threads', '1', ...more], commands)

test('cluster: a table of photos and clusters, a summary with an interval, decisions kept', async () => {
  const out = join(temporaryFolder(), 'clusters.csv')
  expect(await cluster(out, '--labelled', known)).toBe(0)
  expect(output.stdout).toMatch(/^photos +9\nindividuals +3 proposed \(\d+ to \d+\); 0 with one photo\n/)
  expect(output.stdout).toContain('it finds 3 individuals on 9 labelled photos best (AMI 1.000)')
  const rows = readFileSync(out, 'utf8').trim().split('\n')
  expect(rows[0]).toBe('photo,cluster,similarity,nearest_other,nearest_other_similarity,sure')
  const clusterOf = new Map(rows.slice(1).map((row) => [row.split(',')[0]!, row.split(',')[1]!]))
  for (const name of ['Ana', 'Bento', 'Caiman'])
    expect(new Set([0, 1, 2].map((i) => clusterOf.get(`${name}${i}.png`))).size).toBe(1)

  const decisions = join(temporaryFolder(), 'decisions.csv')
  writeFileSync(decisions, 'photo,other photo,decision\nAna0.png,Bento1.png,same\n')
  expect(await cluster(out, '--labelled', known, '--decisions', decisions)).toBe(2) // no --overwrite
  output.stdout = ''
  expect(await cluster(out, '--labelled', known, '--decisions', decisions, '--overwrite', '--json')).toBe(0)
  expect(JSON.parse(output.stdout)).toMatchObject({
    photos: 9,
    individuals: 2,
    scale: 'similarity',
    decisions: { same: 1, different: 0, 'cannot tell': 0 },
    threshold: { from: 'labelled', labelled: { photos: 9, individuals: 3 } },
  })
})

test('cluster --html: a page with the pairs nearest to the threshold, decided ones left out, and the photos of all proposals', async () => {
  const [out, html] = ['clusters.csv', 'clusters.html'].map((name) => join(temporaryFolder(), name)) as [string, string]
  const decisions = join(temporaryFolder(), 'decisions.csv')
  writeFileSync(decisions, 'photo,other photo,decision\nAna0.png,Bento1.png,different\nAna0.png,,new\n')
  expect(await cluster(out, '--labelled', known, '--html', html, '--decisions', decisions)).toBe(0)
  expect(output.stderr).toMatch(/clusters\.html: \d pairs to decide, /)
  const [, json] = /<script type="application\/json" id="deciding">(.*?)<\/script>/.exec(readFileSync(html, 'utf8'))!
  const page = JSON.parse(json!) as DecidingData
  const nameOf = (photo: number) => page.photos[photo]!.name
  expect(page.clusters.map(({ count }) => count)).toEqual([3, 3, 3])
  for (const { photos: own } of page.clusters) expect(new Set(own.map((i) => nameOf(i).slice(0, 3))).size).toBe(1)
  expect(page.decided[1]).toEqual({ photo: 'Ana0.png', other: '', decision: 'new' })
  expect(page.photos.every(({ identity, picture }) => identity === '' && picture !== null)).toBe(true)
  const asked = page.questions.map(({ photo, groups }) => [
    nameOf(photo),
    ...groups[0]!.photos.map((one) => nameOf(one.photo)),
  ])
  expect(asked.length).toBeGreaterThanOrEqual(6) // two joins in each animal, and whatever may be one
  for (const [photo, ...others] of asked) {
    if (photo === 'Ana0.png') expect(others).not.toContain('Bento1.png')
    if (photo === 'Bento1.png') expect(others).not.toContain('Ana0.png')
  }
  for (const [i, { answer }] of page.questions.entries())
    expect(answer).toBe(asked[i]![0]!.slice(0, 3) === asked[i]![1]!.slice(0, 3) ? 'joined' : 'parted')
  expect(await cluster(join(temporaryFolder(), 'c.csv'), '--labelled', known, '--html', html)).toBe(2)
  expect(output.stderr).toContain('--html: ')
})

test('cluster without a threshold, with one out of range, and with a photo that is not there: told, nothing written', async () => {
  const out = join(temporaryFolder(), 'clusters.csv')
  expect(await cluster(out)).toBe(2)
  expect(output.stderr).toContain('no threshold')
  expect(output.stderr).toContain('`rosette calibrate` learns it, --labelled names photos')
  expect(await cluster(out, '--threshold', '1.2')).toBe(2)
  expect(output.stderr).toContain('Expected a number between 0 and 1.')
  const decisions = join(temporaryFolder(), 'decisions.csv')
  writeFileSync(decisions, 'photo,other photo,decision\nAna0.png,Zoe.png,same\n')
  expect(await cluster(out, '--threshold', '0.9', '--decisions', decisions)).toBe(2)
  expect(output.stderr).toContain(`${decisions}: row 2: no photo is called 'Zoe.png'`)
  expect(existsSync(out)).toBe(false)
})
