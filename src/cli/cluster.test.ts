import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { Rng } from '../base/index.ts'
import { encodePng, type ImageRGBA } from '../images/index.ts'
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

/** Two photos of one coat of spots, the second a few pixels aside. */
function spottedPair(identity: string): ImageRGBA[] {
  const coat = new Rng(identity)
  const spots = Array.from(
    { length: 60 },
    () => [coat.uniform(10, 170), coat.uniform(10, 120), coat.uniform(3, 8)] as const,
  )
  const [width, height] = [180, 130]
  return [0, 4].map((aside) => {
    const data = new Uint8Array(width * height * 4).fill(255)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const dark = spots.reduce(
          (sum, [sx, sy, r]) => sum + 120 / (1 + Math.exp(2 * (Math.hypot(x - aside - sx, y - sy) - r))),
          0,
        )
        data.fill(Math.max(0, Math.round(200 - dark)), (y * width + x) * 4, (y * width + x) * 4 + 3)
      }
    return { width, height, data }
  })
}

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
  writeFileSync(decisions, 'photo,other photo,decision\nAna0.png,Bento1.png,same\nZoe.png,Ana0.png,same\n')
  expect(await cluster(out, '--labelled', known, '--decisions', decisions)).toBe(2) // no --overwrite
  output.stdout = ''
  expect(await cluster(out, '--labelled', known, '--decisions', decisions, '--overwrite', '--json')).toBe(0)
  expect(output.stderr).toContain(
    "note: 1 decision is about photos that are not among those of --data (row 3; the first: 'Zoe.png' and 'Ana0.png')",
  )
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

test('cluster --lines: the page has the places that agree, and the clusters are what they are without', async () => {
  const [plain, out] = [join(temporaryFolder(), 'plain.csv'), join(temporaryFolder(), 'clusters.csv')]
  const html = join(temporaryFolder(), 'clusters.html')
  expect(await cluster(out, '--labelled', known, '--lines')).toBe(2)
  expect(output.stderr).toContain('--lines: lines are drawn on the page of --html')
  const spotted = temporaryFolder()
  for (const name of ['Ana', 'Bento'])
    for (const [i, photo] of spottedPair(name).entries())
      writeFileSync(join(spotted, `${name}${i}.png`), await encodePng(photo))
  const ask = (path: string, ...more: string[]) =>
    runProgram(
      ['cluster', '--model', run, '--data', spotted, '--out', path, '--threads', '1', '--threshold', '0.9', ...more],
      commands,
    )
  expect(await ask(plain)).toBe(0)
  expect(await ask(out, '--html', html, '--lines')).toBe(0)
  expect(readFileSync(out, 'utf8')).toBe(readFileSync(plain, 'utf8'))
  const [, json] = /<script type="application\/json" id="deciding">(.*?)<\/script>/.exec(readFileSync(html, 'utf8'))!
  const { questions, photos: told, linesHint, linesDoubt } = JSON.parse(json!) as DecidingData
  expect(linesHint).toBe('')
  expect(linesDoubt).toMatch(/^Careful: the animals are not cut out/)
  expect(output.stderr).toContain('warning: the animals are not cut out')
  const lines = questions.flatMap(({ photo, groups }) =>
    groups[0]!.photos.map((one) => ({ pair: [told[photo]!.name, told[one.photo]!.name].sort().join(' '), ...one })),
  )
  expect(lines.every((one) => one.lines !== null && one.words.endsWith('agree'))).toBe(true)
  const own = lines.filter(({ pair }) => ['Ana0.png Ana1.png', 'Bento0.png Bento1.png'].includes(pair))
  expect(own.length).toBeGreaterThan(0)
  for (const one of own) {
    expect(one.lines!.length).toBeGreaterThanOrEqual(8)
    for (const [ax, ay, bx, by] of one.lines!) expect([bx - ax, by - ay].every((off) => Math.abs(off) < 0.1)).toBe(true)
  }
})

test('cluster --match: coats that the network does not know are told apart by their places, the same for any order and number of threads', async () => {
  const names = ['Ana', 'Bento', 'Caiman']
  const [spotted, knownCoats] = [temporaryFolder(), temporaryFolder()]
  for (const name of names)
    for (const [i, photo] of spottedPair(name).entries())
      writeFileSync(join(spotted, `${name}${i}.png`), await encodePng(photo))
  for (const name of ['Eva', 'Fado', 'Gil']) {
    mkdirSync(join(knownCoats, name))
    for (const [i, photo] of spottedPair(name).entries())
      writeFileSync(join(knownCoats, name, `${i}.png`), await encodePng(photo))
  }
  const ask = async (data: string, ...more: string[]) => {
    const out = join(temporaryFolder(), 'clusters.csv')
    const args = ['cluster', '--model', run, '--data', data, '--labelled', knownCoats, '--out', out, ...more]
    expect(await runProgram(args, commands)).toBe(0)
    const rows = readFileSync(out, 'utf8').trim().split('\n').slice(1)
    return rows.map((row) => row.split(',').map((cell, i) => (i === 0 ? cell.replace(/[\d.]|png/g, '') : cell)))
  }
  const local = await ask(spotted, '--match', 'local', '--threads', '1')
  expect(output.stdout).toContain('compared     by matched places of the coat alone (RootSIFT)')
  expect(output.stdout).toContain('it finds 3 individuals on 6 labelled photos best (AMI 1.000)')
  expect(output.stderr).toContain('warning: the animals are not cut out')
  expect(local.every(([, , similarity, , nearest]) => Number(similarity) > 0.5 && Number(nearest) < 0.3)).toBe(true)
  const clusterOf = new Map(local.map(([name, cluster]) => [name, cluster]))
  for (const [name, cluster] of local) expect(cluster).toBe(clusterOf.get(name))
  expect([...clusterOf.keys()].sort()).toEqual(names)
  expect([...clusterOf.values()].sort()).toEqual(['1', '2', '3'])
  // in another order, on more threads, and with names that say otherwise: labels are not looked at
  const wrong = temporaryFolder()
  for (const [i, name] of names.flatMap((name) => [0, 1].map((i) => [i, name] as const))) {
    mkdirSync(join(wrong, `individual ${i}`), { recursive: true })
    writeFileSync(join(wrong, `individual ${i}`, `${name}.png`), readFileSync(join(spotted, `${name}${i}.png`)))
  }
  const again = await ask(wrong, '--match', 'local', '--threads', '2')
  const plain = again.map(([name, ...cells]) => [name!.replace(/.*\//, ''), ...cells])
  expect(plain.toSorted()).toEqual(local.toSorted())
  const cosines = await ask(spotted, '--threads', '1')
  const found = names.map((name) => new Set(cosines.flatMap(([of, cluster]) => (of === name ? [cluster] : []))))
  expect(found.every((own) => own.size === 1) && new Set(found.flatMap((own) => [...own])).size === 3).toBe(false)
  const fused = await ask(spotted, '--match', 'fused', '--threads', '1')
  for (const [i, [, , similarity]] of fused.entries())
    expect(Number(similarity)).toBeGreaterThan(Number(cosines[i]![2]))
})

test('cluster --match: a flank that only the name of some files says does not halve a pair', async () => {
  const folder = temporaryFolder()
  const [one, two] = spottedPair('Ana')
  const [three] = spottedPair('Bento')
  for (const [name, image] of [
    ['a', one],
    ['b_right', two],
    ['c', three],
  ] as const)
    writeFileSync(join(folder, `${name}.png`), await encodePng(image!))
  const table = join(folder, 'photos.csv')
  writeFileSync(table, 'filename,flank\na.png,left\nb_right.png,\nc.png,left\n')
  const out = join(temporaryFolder(), 'clusters.csv')
  const args = ['cluster', '--model', run, '--data', table, '--images', folder, '--threshold', '0.6', '--out', out]
  expect(await runProgram([...args, '--match', 'local', '--threads', '1', '--json'], commands)).toBe(0)
  expect(JSON.parse(output.stdout.slice(output.stdout.lastIndexOf('\n{') + 1))).toMatchObject({
    ...{ individuals: 2, match: 'local', matchers: [expect.stringContaining('RootSIFT')] },
  })
})

test('cluster --match: what cannot be matched, and a calibration that says nothing of it, are told before any work', async () => {
  const out = join(temporaryFolder(), 'clusters.csv')
  const refused = async (told: string, ...more: string[]) => {
    output.stderr = ''
    expect(await runProgram(['cluster', '--model', run, '--out', out, ...more], commands)).toBe(2)
    expect(output.stderr).toContain(told)
  }
  const local = ['--match', 'local']
  await refused('nobody knows which score by places means one individual', '--data', photos, ...local)
  await refused(
    '--calibration: its probabilities are of photos that are asked of named',
    '--data',
    photos,
    ...local,
    '--calibration',
    'c.json',
  )
  const two = temporaryFolder()
  for (const [i, photo] of spottedPair('Ana').entries()) writeFileSync(join(two, `${i}.png`), await encodePng(photo))
  await refused(
    'cluster: expected at least 3 photos with --match, got 2',
    '--data',
    two,
    ...local,
    '--threshold',
    '0.5',
  )
  expect(existsSync(out)).toBe(false)
})

test('cluster --labelled: photos that can choose no threshold are told before the model is opened', async () => {
  const few = temporaryFolder()
  mkdirSync(join(few, 'Ana'))
  for (const name of ['a', 'b']) writeFileSync(join(few, 'Ana', `${name}.png`), 'no photo') // who decodes it says so
  const args = ['cluster', '--model', run, '--data', few, '--out', join(few, 'c.csv'), '--labelled', few]
  expect(await runProgram(args, commands)).toBe(2)
  expect(output.stderr).toContain(
    '--labelled: expected photos of several individuals, some with two or more, got 2 photos of 1\nhint: the threshold',
  )
  expect(output.stderr).not.toContain('a.png')
})

test('cluster without a threshold, with one out of range, and with a photo beside itself: told, nothing written', async () => {
  const out = join(temporaryFolder(), 'clusters.csv')
  expect(await cluster(out)).toBe(2)
  expect(output.stderr).toContain('no threshold')
  expect(output.stderr).toContain('`rosette calibrate` learns it, --labelled names photos')
  expect(await cluster(out, '--threshold', '1.2')).toBe(2)
  expect(output.stderr).toContain('Expected a number between 0 and 1.')
  const decisions = join(temporaryFolder(), 'decisions.csv')
  writeFileSync(decisions, 'photo,other photo,decision\nAna0.png,Ana0.png,same\n')
  expect(await cluster(out, '--threshold', '0.9', '--decisions', decisions)).toBe(2)
  expect(output.stderr).toContain(`${decisions}: row 2: expected two photos, got 'Ana0.png' twice`)
  expect(existsSync(out)).toBe(false)
})
