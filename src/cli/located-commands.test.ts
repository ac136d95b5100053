import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { brightnessSegmenter, brightPhoto } from '../../test/locator-fixture.ts'
import { tinyRun } from '../../test/model-fixture.ts'
import { cli, start } from '../../test/train-process.ts'

let data = ''
let onnx = ''
let cache = ''
beforeAll(async () => {
  const photos = ['Abril', 'Bento'].flatMap((identity, who) =>
    Array.from({ length: 5 }, async (_, i) => {
      const animal = [4 + 3 * i, 5 + i, 24, 18 + 6 * who, 150 + 100 * who] as const
      return [`${identity}/${i}.png`, await brightPhoto(64, 48, animal, [50, 2, 9, 9])] as const
    }),
  )
  data = folderWith(Object.fromEntries(await Promise.all(photos)))
  onnx = brightnessSegmenter({ output: { margin: 0 } })
  cache = folderWith({})
})

function rosette(...args: readonly string[]) {
  return start([process.execPath, cli, ...args], { env: { ...process.env, ROSETTE_CACHE: cache } }).ended
}

const found = 'note: drawn: animals found in 10 of 10 photos; 10 have several\n'

test('embed cuts photos to the animal, and writes where it was', async () => {
  const model = tinyRun()
  const out = folderWith({})
  const [located, whole] = [join(out, 'located.npy'), join(out, 'whole.npy')]
  const { code, stderr } = await rosette('embed', '--model', model, '--data', data, '--locate', onnx, '--out', located)
  expect([code, stderr]).toEqual([0, expect.stringContaining(found)])
  const [header, first] = readFileSync(located.replace('.npy', '.csv'), 'utf8').split('\n')
  expect([header, first]).toEqual([
    'filename,identity,x,y,width,height,detection_confidence',
    'Abril/0.png,Abril,4,5,24,18,0.588',
  ])
  await rosette('embed', '--model', model, '--data', data, '--out', whole)
  expect(readFileSync(located).equals(readFileSync(whole))).toBe(false)
  // the folder that `rosette locate` writes, read back, gives the same embeddings
  const folder = join(out, 'found')
  await rosette('locate', '--model', onnx, '--data', data, '--out', folder)
  const read = join(out, 'read.npy')
  const files = ['--detections', join(folder, 'detections.json'), '--masks', join(folder, 'masks')]
  await rosette('embed', '--model', model, '--data', data, ...files, '--out', read)
  expect(readFileSync(read).equals(readFileSync(located))).toBe(true)
})

test('gallery and identify take it; a gallery of photos is cut as the photos asked about', async () => {
  const model = tinyRun()
  const known = join(folderWith({}), 'known')
  const made = await rosette('gallery', '--model', model, '--data', data, '--locate', onnx, '--out', known)
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(found)])
  const ask = (...more: readonly string[]) =>
    rosette('identify', '--model', model, '--json', '--top', '1', join(data, 'Bento', '3.png'), ...more)
  const stored = await ask('--gallery', known, '--locate', onnx)
  const photos = await ask('--gallery', data, '--locate', onnx)
  expect(JSON.parse(stored.stdout)[0].box).toEqual({ x: 13, y: 8, width: 24, height: 24 })
  const best = ({ stdout }: typeof stored) => {
    const { identity, similarity, bestMatch } = JSON.parse(stdout)[0].candidates[0]
    return [identity, similarity, bestMatch]
  }
  expect(best(stored)).toEqual(best(photos))
  expect(photos.stderr).toContain('note: drawn: animals found in 1 of 1 photo; 1 has several\n')
  expect(photos.stderr).not.toContain('--match fused') // so few individuals say little of a place of a coat
  expect(photos.stderr).toContain(found)
  const whole = await ask('--gallery', data)
  expect(best(whole)).not.toEqual(best(photos))
})

test('a run that was trained on located animals is asked about located animals', async () => {
  const folder = folderWith({})
  const run = join(folder, 'run')
  const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'epochs=1', 'chunk=8']
  const settings = ['--preset', 'atto', '--batch', '4', '--threads', '1', ...small.flatMap((one) => ['--set', one])]
  const trained = await rosette(
    'train',
    '--data',
    data,
    '--out',
    run,
    '--locate',
    onnx,
    '--animals',
    'largest',
    ...settings,
  )
  expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining(found)])
  expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).reading).toEqual({ locate: onnx, animals: 'largest' })
  const metrics = join(folder, 'metrics.json')
  const evaluated = await rosette('evaluate', '--model', run, '--out', metrics, '--split', 'validation')
  expect([evaluated.code, evaluated.stderr]).toEqual([0, expect.stringContaining(found)])
  expect(evaluated.stderr).toContain(
    `note: animals are found by ${onnx}, as for the training of ${run}; --locate none leaves that out\n`,
  )
  expect(JSON.parse(readFileSync(metrics, 'utf8')).split).toBe('validation') // the same boxes and masks: the run's own data
  const elsewhere = folderWith({ 'new.png': readFileSync(join(data, 'Abril', '1.png')) })
  const asked = await rosette('embed', '--model', run, '--data', elsewhere, '--out', join(folder, 'e.npy'))
  expect(asked.stderr).toContain('note: drawn: animals found in 1 of 1 photo; 1 has several\n')
  const whole = await rosette(
    'embed',
    '--model',
    run,
    '--data',
    elsewhere,
    '--locate',
    'none',
    '--out',
    join(folder, 'w.npy'),
  )
  expect(whole.stderr).not.toContain('animals')
  writeFileSync(onnx.replace('.onnx', '.locate.json'), '{}')
  const broken = await rosette('embed', '--model', run, '--data', elsewhere, '--out', join(folder, 'x.npy'))
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('found.locate.json: ')])
}, 120_000)
