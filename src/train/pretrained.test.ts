import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { localHub } from '../../test/local-hub.ts'
import { stripedDataset } from '../../test/striped-dataset.ts'
import { encodeSafetensors, filled } from '../tensor/index.ts'
import { type PrepareEvent, prepareJob, type TrainOptions } from './job.ts'
import { planOf } from './plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-pretrained-'))
const settings = [
  'model.backbone=convnext_zepto_rms',
  'weights=null',
  'image.widthPx=32',
  'image.heightPx=32',
  'batchSize=8',
]
let data = ''

beforeAll(async () => {
  vi.stubEnv('ROSETTE_CACHE', join(folder, 'cache'))
  data = await stripedDataset({ identities: 3, photos: 4 })
})
afterAll(() => {
  vi.unstubAllEnvs()
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
})

const prepare = (out: string, set: readonly string[] = [], more: Partial<TrainOptions> = {}) =>
  prepareJob({ data, out: join(folder, out), set: [...settings, ...set], threads: 2, ...more })

test('weights come from a hub before the photos are decoded; what is left out is told', async () => {
  const { config, classes } = await prepare('shapes')
  const backbone = planOf({ config, classes }).params.filter(({ name }) => name.startsWith('backbone.'))
  const tensors = backbone.map(({ name, shape }) => [name.slice('backbone.'.length), filled(shape, 0.5)] as const)
  const file = Buffer.concat(encodeSafetensors([...tensors, ['head.fc.bias', filled([1000], 1)]]))
  const name = 'convnext_zepto_rms.made_up'
  const hub = await localHub({ [`timm/${name}`]: { files: { 'model.safetensors': file } } })
  vi.stubEnv('HF_ENDPOINT', hub.endpoint.href)
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'hub'))
  vi.stubEnv('HF_HUB_OFFLINE', '')
  const events: PrepareEvent[] = []
  const onProgress = (event: PrepareEvent) => void events.push(event)
  try {
    const set = [`weights=${name}`]
    const offline = await rejection(prepare('closed', set, { offline: true, onProgress }))
    expect(offline.replaceAll(hub.endpoint.href, 'HUB/').replaceAll(hub.endpoint.host, 'HUB')).toBe(
      [
        `InputError: timm/${name}: cannot be fetched from HUB (offline, and not in the cache), and training starts from these weights: nothing was trained`,
        'hint: what you can do, best first:',
        `1. Bring the file of weights along, as docs/weights.md says; where the network is open: curl -fL -o ${name}.safetensors HUB/timm/${name}/resolve/main/model.safetensors`,
        `then here: \`set: ["weights=${name}.safetensors"]\``,
        '2. Ask a network that you have as an ONNX file, without training: `openModel("resnet50-imagenet.onnx", { modelConfig: "presets/resnet50-imagenet.model.json" })`, or with another network and its own description (docs/models.md)',
        '3. Train a small network from random numbers: `preset: "atto"`. It needs 500 photos or more',
        '4. Train this network from random numbers: `set: ["weights=null"]`. It learns little in few epochs',
      ].join('\n'),
    )
    expect(existsSync(join(folder, 'closed'))).toBe(false)
    expect(events.map(({ kind }) => kind)).not.toContain('decode')
    expect(hub.asked).toEqual([])

    events.length = 0
    const { weightsPath: path } = await prepare('fetched', set, { onProgress })
    expect(path).toMatch(/convnext_zepto_rms\.made_up.*model\.safetensors$/)
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'list') // how far the listing is comes before its words
    expect([kinds[0], kinds.lastIndexOf('download') < kinds.indexOf('decode')]).toEqual(['data', true])
    expect(events).toContainEqual({ kind: 'download', file: name, doneBytes: file.length, totalBytes: file.length })
    expect(events).toContainEqual({ kind: 'weights', path, tensors: backbone.length, leftOut: ['head.fc.bias'] })

    const unknown = await rejection(prepare('unknown', ['weights=convnext_zepto_rms.no_such']))
    expect(unknown).toContain('timm/convnext_zepto_rms.no_such: is not there')
    expect(unknown).not.toContain('best first') // a name that is mistyped
    // a name of ours is not: whoever refuses it is no hub that helps
    const refused = await rejection(
      prepare('refused', ['weights=convnext_zepto_rms.ra4_e3600_r224_in1k', 'model.pixels=half']),
    )
    expect(refused).toMatch(
      /ra4_e3600_r224_in1k: is not there .*: nothing was trained\nhint: what you can do, best first:\n1\. Bring/,
    )
    expect(existsSync(join(folder, 'unknown'))).toBe(false)
  } finally {
    await hub.close()
  }
})
