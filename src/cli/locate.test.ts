import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { brightnessSegmenter, brightPhoto } from '../../test/locator-fixture.ts'
import { cli, start } from '../../test/train-process.ts'

let data = ''
let onnx = ''
beforeAll(async () => {
  data = folderWith({
    'a.png': await brightPhoto(64, 48, [10, 10, 30, 20]),
    'b.png': await brightPhoto(64, 48, [30, 20, 20, 20]),
    'c.png': await brightPhoto(64, 48),
  })
  onnx = brightnessSegmenter({ output: { margin: 0 } })
})

function rosette(cache: string, ...args: readonly string[]) {
  return start([process.execPath, cli, ...args], { env: { ...process.env, ROSETTE_CACHE: cache } })
}

test('rosette locate says that it wrote the largest animal alone', async () => {
  const two = folderWith({ 'two.png': await brightPhoto(64, 48, [5, 10, 30, 20], [45, 10, 15, 15]) })
  const out = join(folderWith({}), 'found')
  const locate = (...more: string[]) =>
    rosette(folderWith({}), 'locate', '--model', onnx, '--data', two, '--out', out, ...more).ended
  expect((await locate()).stdout).toContain(
    'detections.json: 1 animal in 1 of 1 photo, the largest of each; --animals all writes 1 more\n',
  )
  expect((await locate('--animals', 'all', '--overwrite')).stdout).toContain('2 animals in 1 of 1 photo\n')
})

test('rosette locate writes boxes and masks, and says what it found', async () => {
  const out = join(folderWith({}), 'found')
  const { code, stdout } = await rosette(folderWith({}), 'locate', '--model', onnx, '--data', data, '--out', out).ended
  expect([code, stdout]).toEqual([
    0,
    `${out}/detections.json: 2 animals in 2 of 3 photos\n${out}/masks: their masks, on which the animal is white\n`,
  ])
  const { images } = JSON.parse(readFileSync(join(out, 'detections.json'), 'utf8'))
  expect(
    images.map(({ file, detections }: { file: string; detections: unknown[] }) => [file, detections.length]),
  ).toEqual([
    ['a.png', 1],
    ['b.png', 1],
    ['c.png', 0],
  ])
  expect(readdirSync(join(out, 'masks'))).toEqual(['a.png', 'b.png'])
})

test('a run that was killed goes on, and ends as one that was not', async () => {
  const many = folderWith(
    Object.fromEntries(
      await Promise.all(
        Array.from(
          { length: 60 },
          async (_, i) => [`${i}.png`, await brightPhoto(400, 300, [i, 2 * i, 90, 70])] as const,
        ),
      ),
    ),
  )
  const folder = folderWith({})
  const cache = folderWith({})
  const [out, whole] = [join(folder, 'out'), join(folder, 'whole')]
  const args = (to: string) => ['locate', '--model', onnx, '--data', many, '--out', to, '--threads', '1']
  const first = rosette(cache, ...args(out))
  const masks = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /^out.masks.\d+\.png$/.test(name))
  for (let waited = 0; masks().length < 5 && waited < 600; waited++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  first.child.kill('SIGKILL')
  await first.ended
  expect(masks().length).toBeGreaterThanOrEqual(5)
  const again = await rosette(cache, ...args(out)).ended
  const fresh = await rosette(folderWith({}), ...args(whole)).ended
  expect([again.code, fresh.code]).toEqual([0, 0])
  for (const name of ['detections.json', 'locate.json', 'masks/0.png', 'masks/59.png'])
    expect(readFileSync(join(out, name)).equals(readFileSync(join(whole, name))), name).toBe(true)
  expect(masks()).toHaveLength(60)
}, 120_000)

test('what is wrong is told: photos that cannot be read, a folder of somebody else’s', async () => {
  const broken = folderWith({ 'a.png': await brightPhoto(64, 48, [10, 10, 30, 20]), 'b.png': 'no photo' })
  const out = join(folderWith({}), 'found')
  const cache = folderWith({})
  const refused = await rosette(cache, 'locate', '--model', onnx, '--data', broken, '--out', out).ended
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('b.png: ')])
  const left = await rosette(cache, 'locate', '--model', onnx, '--data', broken, '--out', out, '--skip-unreadable')
    .ended
  expect([left.code, left.stderr]).toEqual([0, expect.stringContaining('warning: skipped b.png: ')])
  const own = folderWith({ 'mine.txt': 'x' })
  const foreign = await rosette(cache, 'locate', '--model', onnx, '--data', data, '--out', own, '--overwrite').ended
  expect([foreign.code, foreign.stderr]).toEqual([
    2,
    expect.stringContaining(`--out: ${own} exists and is no folder of boxes and masks`),
  ])
  writeFileSync(join(own, 'plain.onnx'), readFileSync(onnx))
  const bare = await rosette(cache, 'locate', '--model', join(own, 'plain.onnx'), '--data', data, '--out', out).ended
  expect([bare.code, bare.stderr]).toEqual([
    2,
    expect.stringContaining('or name one with --locate-config: a file, or a preset'),
  ])
})
