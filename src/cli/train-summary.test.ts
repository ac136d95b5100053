import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { presets } from '../run/index.ts'
import { trainSummary } from './train-summary.ts'

function runWith(...scores: readonly number[]): string {
  const run = temporaryFolder()
  const lines = scores.map((identityBalancedMap, epoch) =>
    JSON.stringify({
      kind: 'validation',
      step: epoch * 10,
      epoch,
      rank1: identityBalancedMap / 2,
      map: 0,
      identityBalancedMap,
    }),
  )
  writeFileSync(join(run, 'log.jsonl'), lines.map((line) => `${line}\n`).join(''))
  return run
}

test('the best epoch stands beside the start, and the next commands below', async () => {
  const run = runWith(0.1, 0.3, 0.5, 0.4)
  expect(await trainSummary(run, 'photos')).toBe(
    [
      `${run}: trained; the model is ${join(run, 'model.onnx')}`,
      'on the photos set aside: rank-1 0.250, identity-balanced mAP 0.500 (epoch 2); before training: rank-1 0.050, identity-balanced mAP 0.100',
      'photos of one sighting may be on both sides of that split, which flatters: measure on other sightings before you rely on it',
      'next:',
      `  npx rosette report --model ${run}`,
      `  npx rosette identify --model ${run} --gallery photos NEW_PHOTOS`,
    ].join('\n'),
  )
})

test('identity-balanced rank-1 stands beside rank-1 where the run tells it', async () => {
  const run = temporaryFolder()
  const entry = { kind: 'validation', rank1: 0.5, identityBalancedRank1: 0.25, map: 0, identityBalancedMap: 0.4 }
  const line = (epoch: number, told: object) => `${JSON.stringify({ ...told, step: epoch, epoch })}\n`
  writeFileSync(
    join(run, 'log.jsonl'),
    line(0, { ...entry, identityBalancedRank1: 0.125 }) + line(1, { ...entry, identityBalancedMap: 0.5 }),
  )
  writeFileSync(join(run, 'run.json'), '{}')
  const chance = { rank1: 0.08, identityBalancedRank1: 0.06, identityBalancedMap: 0.1 }
  const scores = { identityBalancedMap: [0.4, 0.6], rank1: [0.25, 0.75], identityBalancedRank1: [0.125, 0.5] }
  writeFileSync(join(run, 'metrics.json'), JSON.stringify({ chance, intervals: { identity: { units: 24, scores } } }))
  const [, found, worth] = (await trainSummary(run, 'photos')).split('\n')
  expect(found).toContain(
    'rank-1 0.500, identity-balanced rank-1 0.250, identity-balanced mAP 0.500 (epoch 1); before training: rank-1 0.500, identity-balanced rank-1 0.125, identity-balanced mAP 0.400',
  )
  expect(worth).toBe(
    'by chance: rank-1 0.080, identity-balanced rank-1 0.060, identity-balanced mAP 0.100; 95 % intervals over 24 individuals: rank-1 0.250 to 0.750, identity-balanced rank-1 0.125 to 0.500, mAP 0.400 to 0.600',
  )
})

test('the next command reads the table as the training read it', async () => {
  const reading = { images: 'camera photos', columns: { filename: 'path', identity: 'animal' } }
  expect(await trainSummary(runWith(0.1, 0.5), 'known.csv', reading)).toContain(
    "--gallery known.csv --images 'camera photos' --columns filename=path,identity=animal NEW_PHOTOS",
  )
  const labels = { unidentified: { only: ['X 1', 'Y'] }, mergeSimilarLabels: true }
  expect(await trainSummary(runWith(0.1, 0.5), 'known.csv', labels)).toContain(
    "--gallery known.csv --unidentified 'only=X 1,Y' --merge-similar-labels NEW_PHOTOS",
  )
})

test('sightings are spoken of where they are, or may be, on both sides', async () => {
  const toldBy = async (validation: string, encounters?: number | null) => {
    const run = runWith(0.1, 0.5)
    writeFileSync(join(run, 'run.json'), JSON.stringify({ dataHash: 'x' }))
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...presets.atto, validation }))
    const counts = { radius: 11, train: 6, validation: 2, pairs: 0, otherPairs: 0, photos: 0, nearest: [] }
    if (encounters !== undefined)
      writeFileSync(
        join(run, 'split.json'),
        JSON.stringify({ train: [], validation: [], leakage: { ...counts, encounters } }),
      )
    return trainSummary(run, 'photos')
  }
  expect(await toldBy('encounter')).not.toContain('sighting')
  expect(await toldBy('column')).toContain('photos of one sighting may be on both sides of that split')
  expect(await toldBy('column', null)).toContain('photos of one sighting may be on both sides of that split')
  expect(await toldBy('column', 0)).not.toContain('sighting')
  expect(await toldBy('column', 3)).toContain('photos of 3 sightings are on both sides of that split, which flatters')
  expect(await toldBy('stratified')).toContain('photos of one sighting may be on both sides of that split')
})

test('chance and the interval of what was measured at the end stand below', async () => {
  const run = runWith(0.1, 0.5)
  writeFileSync(join(run, 'run.json'), '{}')
  const scores = { identityBalancedMap: [0.4, 0.6], rank1: [0.25, 0.75] }
  const told = { chance: { rank1: 0.08, identityBalancedMap: 0.1 }, intervals: { identity: { units: 24, scores } } }
  writeFileSync(join(run, 'metrics.json'), JSON.stringify(told))
  expect((await trainSummary(run, 'photos')).split('\n')[2]).toBe(
    'by chance: rank-1 0.080, identity-balanced mAP 0.100; 95 % intervals over 24 individuals: rank-1 0.250 to 0.750, mAP 0.400 to 0.600',
  )
})

test('a score that is no better than chance says so', async () => {
  const said = async (low: number) => {
    const run = runWith(0.1, 0.5)
    writeFileSync(join(run, 'run.json'), '{}')
    const intervals = { identity: { units: 24, scores: { identityBalancedMap: [low, 0.6] } } }
    const chance = { rank1: 0.08, identityBalancedMap: 0.1 }
    writeFileSync(join(run, 'metrics.json'), JSON.stringify({ identityBalancedMap: 0.5, chance, intervals }))
    return trainSummary(run, 'photos')
  }
  expect(await said(0.09)).toContain(
    '\nthis identity-balanced mAP is no better than chance, within its interval: nothing shows that the network tells these animals apart\n',
  )
  expect(await said(0.11)).not.toContain('no better than chance')
})

test('a training that made nothing better says so', async () => {
  expect(await trainSummary(runWith(0.5, 0.3, 0.5), 'photos')).toMatch(
    /TRAINING DID NOT MAKE THE NETWORK BETTER on these photos: pretrained weights, more photos .* may \(docs\/training/,
  )
})

test('a run that set no photos aside is told which commands give it a score', async () => {
  const run = runWith()
  const told = await trainSummary(run, 'photos')
  expect(told).toContain('no photos were set aside (validation=none), so that nothing says how good it is')
  expect(told).toContain('--overwrite --set validation=stratified')
  expect(told).toContain(
    `next:\n  npx rosette evaluate --model ${run} --data OTHER_PHOTOS --gallery photos --out ${run}-scores.json\n`,
  )
  expect(await trainSummary(run, 'photos', { masks: 'animals' })).toContain(
    `  npx rosette evaluate --model ${run} --data OTHER_PHOTOS --gallery ${run}-gallery --out ${run}-scores.json\n`,
  )
})

test('a run that had nothing to set aside is not told to set some aside', async () => {
  const run = runWith()
  writeFileSync(join(run, 'run.json'), '{}')
  writeFileSync(join(run, 'config.json'), JSON.stringify({ ...presets.atto, validation: 'stratified' }))
  const told = await trainSummary(run, 'photos')
  expect(told).toContain(
    'no photos could be set aside, so that nothing says how good it is. A way to a score: other photos',
  )
  expect(told).not.toContain('validation=stratified')
})

test('the score is called what it is, and a run whose photos find nobody among themselves is told how to be measured', async () => {
  const toldOf = (protocol: string, reading = {}) => {
    const run = runWith(0.1, 0.5)
    writeFileSync(join(run, 'run.json'), '{}')
    writeFileSync(join(run, 'metrics.json'), JSON.stringify({ protocol }))
    return trainSummary(run, 'known.csv', reading)
  }
  expect(await toldOf('each photo against other encounters')).toContain(
    'on the photos set aside, each against other encounters: rank-1 0.250,',
  )
  expect(await toldOf('each photo against all others')).toContain('on the photos set aside: rank-1')
  const ownOnly = 'each photo against all others, where those of its individual are of its own encounter'
  const told = await toldOf(ownOnly, { columns: { identity: 'animal' } })
  expect(told).toContain(`on the photos set aside${ownOnly.slice(10).replace(/^/, ', each')}: rank-1 0.250`)
  expect(told).toContain('each individual was seen there in one sighting only')
  expect(told).toMatch(
    /evaluate --model \S+ --split validation --gallery known.csv --gallery-columns identity=animal --out \S+-scores\.json\n/,
  )
  expect(told).not.toContain('rosette report')
  const [gallery, evaluate] = (await toldOf(ownOnly, { masks: 'cut' })).split('next:\n')[1]!.split('\n')
  expect([gallery, evaluate]).toEqual([
    expect.stringMatching(/rosette gallery .* --out \S+-gallery$/),
    expect.stringMatching(/rosette evaluate .* --gallery \S+-gallery --out/),
  ])
})
