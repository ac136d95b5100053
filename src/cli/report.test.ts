import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'
import { sealOf } from '../embedder/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

let data = ''
let run = ''
let out = ''
const output = captureOutput()

beforeAll(async () => {
  data = await tinyKaggle()
})
beforeEach(() => {
  run = tinyRun()
  out = join(temporaryFolder(), 'report')
})

function rosette(...args: string[]): Promise<number> {
  const size = args[0] === 'report' ? ['--pixels', '200'] : [] // how sharp the PNGs are is not the matter here
  return runProgram([...args, '--threads', '1', ...size], commands)
}

const photos = () => [
  '--data',
  join(data, 'identities.csv'),
  '--images',
  join(data, 'test', 'test'),
  '--columns',
  'identity=who,encounter=sighting',
]
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>

test('the numbers of a report are those of evaluate, to the last digit', async () => {
  const metrics = join(temporaryFolder(), 'metrics.json')
  for (const more of [[], ['--exclude-same', 'encounter', '--match', 'fused']]) {
    expect(await rosette('evaluate', '--model', run, ...photos(), ...more, '--out', metrics, '--overwrite')).toBe(0)
    expect(await rosette('report', '--model', run, ...photos(), ...more, '--out', out, '--overwrite')).toBe(0)
    const [evaluated, reported] = [json(metrics), json(join(out, 'metrics.json'))]
    const names = [
      'rank1',
      'rank5',
      'rank10',
      'map',
      'identityBalancedMap',
      'minp',
      'queries',
      'skipped',
      'identities',
      'photos',
      'tieRate',
      'cmc',
      'perIdentity',
      'excludeSame',
      'split',
      'protocol',
      'withinEncounter',
      'doubts',
      'trainedOn',
      'unidentified',
      'sameEncounterPairs',
      'identicalFiles',
      'identical',
      'unknownEncounters',
      'unreadable',
    ]
    for (const name of names) expect(reported[name], name).toEqual(evaluated[name])
    const five = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e5) / 1e5 : value)
    expect(evaluated.perQuery).toHaveLength(evaluated.queries as number)
    expect(reported.perQuery).toEqual(JSON.parse(JSON.stringify(evaluated.perQuery, five)))
  }
  expect(output.stdout).toContain('\nexplained 4 right matches and 0 wrong matches\n')
})

test('compare holds two reports against each other by all that a query tells', async () => {
  const [one, other] = ['one', 'other'].map((name) => join(temporaryFolder(), name)) as [string, string]
  expect(await rosette('report', '--model', run, ...photos(), '--out', one)).toBe(0)
  expect(await rosette('report', '--model', run, ...photos(), '--tta', 'none', '--out', other)).toBe(0)
  const page = join(temporaryFolder(), 'comparison.html')
  const files = [one, other].map((folder) => join(folder, 'metrics.json'))
  expect(await runProgram(['compare', ...files, '--out', page], commands)).toBe(0)
  const chance = (json(files[0]!).chance as { mapAtR: number }).mapAtR.toFixed(3)
  expect(output.stdout).toMatch(new RegExp(`\\nmAP@R .*${chance}`))
  expect(output.stdout).toMatch(/\nmINP /)
})

test('pictures, page and tables, beside a run unless told otherwise; never over something else', async () => {
  const entry = (step: number) =>
    JSON.stringify({ kind: 'step', step, epoch: 1, loss: 1 / step, gradientNorm: 1, learningRate: 0.1, elapsedMs: 5 })
  writeFileSync(join(run, 'log.jsonl'), `${[1, 2, 3].map(entry).join('\n')}\n`)
  writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x', splitHash: 'abc', data, seed: 0 }))
  writeFileSync(join(run, 'config.json'), JSON.stringify({ epochs: 7 }))
  const nearest = [{ train: 'train_0001.png', validation: 'train_0002.png', bits: 3, sameIdentity: true }]
  const counts = { radius: 11, train: 1, validation: 1, pairs: 1, otherPairs: 0, photos: 1, encounters: 0 }
  writeFileSync(join(run, 'split.json'), JSON.stringify({ train: [], validation: [], leakage: { ...counts, nearest } }))
  expect(await rosette('report', '--model', run, '--projection', 'pca,umap', '--thumbnails', '16')).toBe(0)
  const files = readdirSync(join(run, 'report'))
  for (const name of [
    'why-correct.svg',
    'training-curves.svg',
    'training-curves.png',
    'map-pca.svg',
    'map-umap.png',
    'retrieval-hardest.svg',
    'report.html',
    'map.csv',
  ])
    expect(files).toContain(name)
  expect(files).not.toContain('map-tsne.svg')
  expect(output.stdout).toContain(`${join(run, 'report', 'report.html')}: open it in a browser`)
  expect(output.stdout).toContain('photos of 16 px in it')
  const page = readFileSync(join(run, 'report', 'report.html'), 'utf8')
  for (const part of ['"epochs":7', '"split":"abc"', 'train_0001.png', 'data:image/webp;base64,'])
    expect(page).toContain(part)
  const [, trained, ranked] = page.split('<section class="nearest">')
  expect(trained).toMatch(
    /^<h2>Nearest photos of training and validation<.*"train_0001\.png" src="data:image.*"train_0002\.png"/,
  )
  expect(trained).toMatch(
    /near by hash: 3 bits of 64, cosine 0\.\d{3}<.*as alike as photos of one moment, and two names/,
  )
  expect(ranked!.match(/<figure class="pair">/g)!.length).toBeGreaterThanOrEqual(6)
  expect(ranked).toContain('near by cosine')
  const table = readFileSync(join(run, 'report', 'map.csv'), 'utf8')
    .trim()
    .split('\n')
  expect(table).toHaveLength(1 + 12)
  expect(table[0]).toBe('filename,identity,encounter,flank,split,average_precision,rank_1,pca_x,pca_y,umap_x,umap_y')
  expect(table[1]).toMatch(/^train_0001\.png,Abril,e0,,all,1,right,-?\d/)

  expect(await rosette('report', '--model', run)).toBe(2)
  expect(output.stderr).toContain('exists already')
  expect(await rosette('report', '--model', run, '--overwrite', '--projection', 'pca')).toBe(0)
  mkdirSync(out)
  writeFileSync(join(out, 'thesis.txt'), 'years of work')
  expect(await rosette('report', '--model', run, '--out', out, '--overwrite')).toBe(2)
  expect(output.stderr).toContain('is no report (it has no report.html), and is not replaced')
  expect(existsSync(join(out, 'thesis.txt'))).toBe(true)
})

test('what was left out and what speaks against the scores is told as evaluate tells it', async () => {
  const odd = temporaryFolder()
  cpSync(data, odd, { recursive: true })
  const table = join(odd, 'train.csv')
  const images = join(odd, 'train', 'train')
  const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
  const [first, last] = [rows[0]!.split(','), rows.at(-1)!.split(',')]
  cpSync(join(images, first[0]!), join(images, last[0]!)) // one file, two individuals
  writeFileSync(
    table,
    [header, ...rows, ...[1, 2].map((n) => [`nobody_${n}.png`, 'unknown', ...last.slice(2)].join(','))].join('\n'),
  )
  for (const n of [1, 2]) cpSync(join(images, rows[1]!.split(',')[0]!), join(images, `nobody_${n}.png`))
  const told = async (...args: string[]) => {
    output.stderr = ''
    output.stdout = ''
    expect(await rosette(...args, '--model', run, '--data', odd)).toBe(0)
    return { warnings: output.stderr.split('\n').filter((line) => line.startsWith('warning: ')), stdout: output.stdout }
  }
  const metrics = join(temporaryFolder(), 'metrics.json')
  const evaluated = await told('evaluate', '--out', metrics)
  const reported = await told('report', '--out', out, '--projection', 'pca', '--explain', '0')
  expect(reported.warnings).toEqual(evaluated.warnings)
  const warning = `IDENTICAL FILES UNDER DIFFERENT IDENTITIES (${[first[1], last[1]].sort().join(', ')}): ${first[0]}, ${last[0]}`
  expect(reported.warnings).toContain(`warning: ${warning}`)
  expect(reported.warnings).toContain(
    'warning: 2 photos are the same file as another one: that flatters every model, and under two names makes the nearest photo wrong',
  )
  const leftOut =
    /^left out (the photo itself; photos of the same individual and encounter \(there are none\); 2 photos of nobody known)$/m
  expect(reported.stdout).toMatch(leftOut)
  expect(leftOut.exec(reported.stdout)![1]).toBe(leftOut.exec(evaluated.stdout)![1])
  expect(json(join(out, 'metrics.json')).identical).toEqual([warning])
  const page = readFileSync(join(out, 'report.html'), 'utf8')
  expect(page).toContain('2 photos of nobody known')
  expect(page).toMatch(/"identical":\[\[\d+,\d+\]\]/)
})

test('scores that mean little are told as such', async () => {
  const single = join(temporaryFolder(), 'one.csv')
  const [header, ...rows] = readFileSync(join(data, 'train.csv'), 'utf8').trim().split('\n')
  const [, name] = rows[0]!.split(',')
  writeFileSync(single, [header, ...rows.filter((row) => row.split(',')[1] === name)].join('\n'))
  const images = join(data, 'train', 'train')
  const more = ['--exclude-same', 'nothing', '--explain', '0', '--projection', 'pca']
  expect(await rosette('report', '--model', run, '--data', single, '--images', images, '--out', out, ...more)).toBe(0)
  const doubt = 'these scores mean little: the gallery shows one individual only'
  expect(output.stderr).toContain(`warning: ${doubt}`)
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(doubt)
})

test('--share: no photo, no name', async () => {
  expect(await rosette('report', '--model', run, ...photos(), '--out', out, '--share', '--explain', '2')).toBe(0)
  expect(output.stderr).toContain('warning: --explain is not used: a shared report shows no photos')
  const texts = readdirSync(out)
    .filter((name) => !name.endsWith('.png'))
    .map((name) => readFileSync(join(out, name), 'utf8'))
  for (const text of texts)
    expect(text).not.toMatch(/Abril|Bento|Caiman|test_00|data:image\/(webp|jpeg)|identities\.csv/)
  expect(readdirSync(out)).not.toContain('retrieval-hardest.svg')
  expect(json(join(out, 'metrics.json')).rank1).toBe(1)
})

test('what can be mistaken', async () => {
  expect(await rosette('report', '--model', run, '--projection', 'pca,som', '--out', out)).toBe(2)
  expect(output.stderr).toContain('Expected names among pca, tsne, umap.')
  expect(await runProgram(['report', '--model', run, '--pixels', '8001'], commands)).toBe(2)
  expect(output.stderr).toContain('Expected a whole number from 1 to 8000.')
  expect(await rosette('report', '--model', run, '--thumbnails', '1025')).toBe(2)
  expect(output.stderr).toContain('Expected a whole number from 1 to 1024.')
  expect(await rosette('report', '--model', run, '--out', out)).toBe(2)
  expect(output.stderr).toContain('does not say where the photos of the run lie (no data)')
  const broken = temporaryFolder()
  cpSync(data, broken, { recursive: true })
  writeFileSync(join(broken, 'train', 'train', 'train_0003.png'), 'no photo')
  expect(await rosette('report', '--model', run, '--data', broken, '--out', out)).toBe(2)
  expect(output.stderr).toContain('train_0003.png')
  expect(existsSync(out)).toBe(false)
  expect(await rosette('report', '--model', run, '--data', broken, '--out', out, '--skip-unreadable')).toBe(0)
  expect(output.stderr).toContain('skipped train_0003.png')
})

test('compare: two runs as a page', async () => {
  const other = tinyRun()
  for (const [folder, epochs] of [
    [run, 3],
    [other, 4],
  ] as const) {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ epochs }))
  }
  const page = join(temporaryFolder(), 'comparison.html')
  const compare = (...args: string[]) => runProgram(['compare', ...args, '--out', page], commands)
  expect(await rosette('report', '--model', run, ...photos(), '--projection', 'pca', '--explain', '0')).toBe(0)
  expect(await compare(run, other)).toBe(0)
  expect(output.stderr).toContain(`note: no scores, because there is no report: ${other}`)
  const html = readFileSync(page, 'utf8')
  expect(html).toContain('<td>epochs</td><td>3</td><td>4</td>')
  expect(html).toContain(
    `<td>${run}</td><td>all</td><td>9</td><td>9</td><td>the individual’s photos of the same encounter</td><td>on</td><td>1.0000 (1.0000 to 1.0000; by chance `,
  )
  expect(await compare(run, other)).toBe(2)
  expect(output.stderr).toContain('exists already')
  expect(await compare(run)).toBe(2)
  expect(output.stderr).toContain('expected two runs or more, got 1')
  expect(await runProgram(['compare', run, data, '--out', `${page}2`], commands)).toBe(2)
  expect(output.stderr).toContain('no run: it has no config.json')
})

test('compare: a report of weights that its run has no more', async () => {
  const [own, other] = [tinyRun(), join(temporaryFolder(), 'other.json')]
  const scores = { split: 'all', photos: 9, queries: 9, rank1: 0.5, map: 0.375, identityBalancedMap: 0.25, minp: 0.125 }
  writeFileSync(other, JSON.stringify(scores))
  writeFileSync(join(own, 'config.json'), '{}')
  mkdirSync(join(own, 'report'))
  const metrics = join(own, 'report', 'metrics.json')
  const told = `${metrics} is of other weights than ${own} has now`
  const compared = async (weights: string | null) => {
    output.stderr = ''
    writeFileSync(metrics, JSON.stringify({ ...scores, hashes: { data: '0', weights } }))
    const page = join(temporaryFolder(), 'page.html')
    expect(await runProgram(['compare', own, other, '--out', page], commands)).toBe(0)
    return output.stderr
  }
  const now = await sealOf(own, 'best')
  expect(await compared(now)).not.toContain(told)
  expect(await compared(null)).not.toContain(told)
  expect(await compared('f'.repeat(64))).toContain(told)
})

test('compare: metrics.json of a report and of evaluate, without runs', async () => {
  const [folder, page] = [temporaryFolder(), join(temporaryFolder(), 'comparison.html')]
  const scores = { split: 'all', photos: 9, queries: 9, rank1: 0.5, map: 0.375, identityBalancedMap: 0.25, minp: 0.125 }
  const perIdentity = [{ identity: 'Abril', photos: 9, ap: 0.25 }]
  const [evaluated, reported] = ['evaluated.json', 'metrics.json'].map((name) => join(folder, name))
  const files = [
    [evaluated!, { ...scores, tta: 'none', excludeSame: 'encounter', gallery: null, perIdentity }],
    [reported!, { ...scores, flipAveraging: true, excludeSame: null, hashes: { data: '0' }, perIdentity }],
    [join(folder, 'own.json'), { ...scores, split: 'validation', queries: null }],
  ] as const
  for (const [path, content] of files) writeFileSync(path, JSON.stringify(content))
  expect(await runProgram(['compare', evaluated!, folder, '--out', page], commands)).toBe(0)
  const html = readFileSync(page, 'utf8')
  const numbers = '<td>0.2500</td><td>0.3750</td><td>0.5000</td><td>0.1250</td>'
  expect(html).toContain(
    `<td>${evaluated}</td><td>all</td><td>9</td><td>9</td><td>the individual’s photos of the same encounter</td><td>off</td>${numbers}`,
  )
  expect(html).toContain(
    `<td>${folder}</td><td>all</td><td>9</td><td>9</td><td>the photo itself</td><td>on</td>${numbers}`,
  )
  expect(html).toContain('left out (--exclude-same): these numbers do not compare')
  expect(output.stderr).toContain(
    'warning: Not measured with the same photos left out (--exclude-same): these numbers do not compare',
  )
  expect(html).not.toContain('on the same photos')
  expect(html).toContain('<p>None.</p>') // no settings
  const own = join(folder, 'own.json')
  expect(await runProgram(['compare', evaluated!, own, '--out', `${page}2`], commands)).toBe(0)
  expect(readFileSync(`${page}2`, 'utf8')).toContain(
    `<td>${own}</td><td>validation</td><td>9</td><td></td><td></td><td></td>${numbers}`,
  )
  expect(await runProgram(['compare', evaluated!, join(folder, 'nowhere'), '--out', `${page}3`], commands)).toBe(2)
  expect(output.stderr).toContain('nowhere: no such folder or file')
})
