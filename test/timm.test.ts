import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunModel } from '../src/embedder/index.ts'
import { exportTimm } from '../src/export/index.ts'
import { type Geometry, geometry } from '../src/images/index.ts'
import { embeddingGraph, type ReIdConfig, reidBackbone, reidDefaults } from '../src/models/index.ts'
import { ortBackend } from '../src/runtime/index.ts'
import { bytesOf, npyHeader, readSafetensors } from '../src/tensor/index.ts'
import { loadBackbone } from '../src/weights/index.ts'
import { golden, goldenPath } from './golden.ts'
import { cosine, randomPixels, randomTensors, temporaryFolder } from './model-fixture.ts'
import { timmCosine } from './tolerances.ts'

interface Case {
  readonly network: ReIdConfig
  readonly photos: Geometry
}

const convnext: Case = {
  network: { ...reidDefaults, backbone: 'convnext_atto', embeddingSize: 24, neckBias: true },
  photos: geometry({ heightPx: 64, widthPx: 32 }),
}

/** A pooling, a neck, pixels and a size of its own each. */
const cases: Readonly<Record<string, Case>> = {
  convnext_atto: convnext,
  vit_tiny_patch16_224: {
    network: { ...reidDefaults, backbone: 'vit_tiny_patch16_224', pixels: 'half', pool: 'token', embeddingSize: null },
    photos: geometry({ heightPx: 32, widthPx: 48 }),
  },
  eva02_tiny_patch14_224: {
    network: { ...reidDefaults, backbone: 'eva02_tiny_patch14_224', pixels: 'clip', embeddingSize: 16 },
    photos: geometry({ heightPx: 42, widthPx: 28 }),
  },
}

function exported({ network, photos }: Case, folder: string): RunModel {
  const tensors = randomTensors(network, photos)
  const checkpoint = { name: 'best', path: 'best.safetensors' } as const
  const model: RunModel = { name: network.backbone, network, geometry: photos, checkpoint, tensors }
  writeFileSync(join(folder, 'run.json'), '{}') // a run that tells nothing of itself
  exportTimm({ run: folder, model, folder, name: model.name })
  return model
}

/** Where `ROSETTE_TIMM` names a folder, what test/golden/make_timm.py reads is put there. */
const making = process.env.ROSETTE_TIMM

test.each(Object.entries(cases))(
  '%s: timm and torch make the same embeddings of what is exported',
  async (name, made) => {
    const { network, photos } = made
    const folder = making === undefined ? temporaryFolder() : join(making, name)
    const { tensors } = exported(made, folder)
    const pixels = randomPixels(2, 0, photos)
    if (making !== undefined) {
      writeFileSync(join(folder, 'pixels.npy'), npyHeader(pixels.shape))
      writeFileSync(join(folder, 'pixels.npy'), new Uint8Array(Float32Array.from(pixels.data).buffer), { flag: 'a' })
      return
    }
    const { graph } = embeddingGraph(network, { ...photos, batch: 2, flip: true })
    const program = await (await ortBackend({ threads: 1 })).compile(graph, { parameters: tensors })
    const { embedding } = await program.run({ pixels })
    await program.release()
    const theirs = golden(`timm-${name}`).get('embedding')
    expect(theirs.shape).toEqual(embedding!.shape)
    const row = (data: ArrayLike<number | bigint>, i: number) =>
      Array.from(data, Number).slice((i * data.length) / 2, ((i + 1) * data.length) / 2)
    for (const i of [0, 1]) {
      expect(cosine(row(embedding!.data, i), row(theirs.data, i))).toBeGreaterThan(timmCosine)
      expect(cosine(row(embedding!.data, i), row(theirs.data, 1 - i))).toBeLessThan(0.9999) // or agreement would say nothing
    }
  },
)

test('the backbone’s file has the names and shapes of timm’s model, and loads again', async () => {
  const folder = temporaryFolder()
  const { network, geometry: photos, tensors } = exported(convnext, folder)
  const path = join(folder, 'model.safetensors')
  const file = readSafetensors(path).tensors
  const { models } = JSON.parse(readFileSync(goldenPath('convnext-names.json'), 'utf8')) as {
    models: Readonly<Record<string, { readonly state: readonly (readonly [string, readonly number[]])[] }>>
  }
  const found = [...file].map(([name, { shape }]): [string, readonly number[]] => [name, shape])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(models.convnext_atto!.state))
  const params = embeddingGraph(network, { ...photos, batch: 1, flip: true }).tensors
  const init = { kind: 'constant', value: 0 } as const
  const loaded = await loadBackbone(
    path,
    params.map((spec) => ({ ...spec, init, decay: false })),
    { leftOut: reidBackbone(network).leftOut },
  )
  expect([...loaded.leftOut].sort()).toEqual(['head.norm.bias', 'head.norm.weight'])
  const head = readSafetensors(join(folder, 'head.safetensors')).tensors
  const both = [...loaded.tensors, ...head]
  expect(both).toHaveLength(tensors.size)
  for (const [name, { data }] of both)
    expect(Buffer.compare(bytesOf(data), bytesOf(tensors.get(name)!.data)), name).toBe(0)
})

test.each(['load_in_timm.py', 'to_onnx.py'])('docs/models.md has %s as it is', (file) => {
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'models.md'), 'utf8')
  expect(page).toContain(`\`\`\`python\n${readFileSync(goldenPath(file), 'utf8')}\`\`\``)
})
