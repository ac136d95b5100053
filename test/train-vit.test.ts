import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mean, Rng } from '../src/base/index.ts'
import { readRunModel } from '../src/embedder/index.ts'
import { embeddingGraph } from '../src/models/index.ts'
import { decodeModel } from '../src/onnx/index.ts'
import { openOnnx, ortBackend } from '../src/runtime/index.ts'
import { decodeSafetensors, tensor } from '../src/tensor/index.ts'
import { train } from '../src/train/index.ts'
import { relativeError } from './golden.ts'
import { cosine } from './model-fixture.ts'
import { stripedDataset } from './striped-dataset.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-vit-'))
vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
let data = ''
beforeAll(async () => {
  data = await stripedDataset()
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const settings = [
  ...['model.embeddingSize=null', 'weights=null', 'model.dropPath=0.1', 'image.widthPx=40', 'image.heightPx=32'],
  ...['batchSize=8', 'chunk=4', 'validation=none', 'rates.layerDecay=0.9', 'schedule.warmupEpochs=0'],
  ...['loss={"kind":"softmax"}', 'augment.erasing=false', 'augment.affine=false', 'augment.colorJitter=false'],
]

async function run(name: string, set: readonly string[]) {
  const losses: number[] = []
  const out = join(folder, name)
  await train({
    ...{
      data,
      out,
      inThread: true,
      threads: 1,
      preset: 'atto',
      backbone: 'vit_mini_patch8',
      set: [...settings, ...set],
    },
    onEvent: (event) => {
      if (event.kind === 'step') losses.push(event.loss)
    },
  })
  return { out, losses }
}

test.each(['token', 'gem', 'average'])(
  'a small vision transformer learns, pooled by %s, and is exported',
  async (pool) => {
    const { out, losses } = await run(pool, [`model.pool=${pool}`, 'epochs=6'])
    expect(mean(losses.slice(-4))).toBeLessThan(0.8 * mean(losses.slice(0, 4)))

    const path = join(out, 'model.onnx')
    const exported = decodeModel(readFileSync(path), path)
    expect(new Set(exported.graph!.node.map(({ domain }) => domain))).toEqual(new Set(['']))
    const rng = new Rng('pixels')
    const pixels = tensor(
      'uint8',
      [3, 32, 40, 3],
      Uint8Array.from({ length: 3 * 32 * 40 * 3 }, () => rng.int(256)),
    )
    const model = await openOnnx(path, { threads: 1 })
    const { embedding } = await model.run({ pixels })
    await model.release()
    const { network, geometry, tensors } = readRunModel(out)
    const { graph } = embeddingGraph(network, { ...geometry, batch: 3, flip: true })
    const program = await (await ortBackend({ threads: 1 })).compile(graph, { parameters: tensors })
    const { embedding: own } = await program.run({ pixels })
    await program.release()
    for (let b = 0; b < 3; b++) {
      const [a, o] = [embedding!, own!].map(({ data: numbers }) => [...numbers].slice(b * 64, (b + 1) * 64).map(Number))
      expect(cosine(a!, o!)).toBeGreaterThan(0.9999)
    }
  },
)

test('frozen layers of a vision transformer keep their weights: embeddings and the first block', async () => {
  const read = (out: string) => {
    const path = join(out, 'checkpoints', 'last.safetensors')
    return decodeSafetensors(readFileSync(path), path).tensors
  }
  const [one, two] = [await run('one', ['epochs=1', 'freeze=2']), await run('two', ['epochs=2', 'freeze=2'])]
  const [before, after] = [read(one.out), read(two.out)]
  const moved = [...after.keys()].filter(
    (name) => name.startsWith('backbone.') && relativeError(after.get(name)!, before.get(name)!) > 0,
  )
  expect(moved).toContain('backbone.blocks.1.attn.qkv.weight')
  expect(moved).toContain('backbone.norm.weight')
  expect(moved.filter((name) => /^backbone\.(cls_token|pos_embed|patch_embed|blocks\.0)/.test(name))).toEqual([])
})
