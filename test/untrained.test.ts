import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDataset } from '../src/data/index.ts'
import { openModel } from '../src/embedder/index.ts'
import { exportModel } from '../src/export/index.ts'
import { evaluatePhotos } from '../src/identify/index.ts'
import { presets } from '../src/run/index.ts'
import { synthesise } from '../src/synth/index.ts'
import { initialState, stepGraph } from '../src/train/index.ts'
import { inferenceTensors } from '../src/train/state.ts'

test('an untrained network does not tell drawn jaguars apart: at most 0.3 identity-balanced mAP', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-untrained-'))
  try {
    const data = join(folder, 'data')
    const size = { widthPx: 192, heightPx: 132 }
    await synthesise({ out: data, identities: 12, photosPerIdentity: 1, testPhotosPerIdentity: 4, seed: 5, ...size })
    const config = presets.demo
    const { widthPx, heightPx } = config.image
    const plan = stepGraph({ ...config, precision: 'fp32', identities: 12, widthPx, heightPx })
    const tensors = inferenceTensors(plan, initialState(plan, '5'))
    await exportModel({ network: config.model, geometry: config.image, tensors, folder, name: 'untrained' })
    const manifest = openDataset(join(data, 'test_identities.csv'), { images: join(data, 'test', 'test') })
    const embedder = await openModel(folder)
    const { identityBalancedMap, queries } = await evaluatePhotos(embedder, { manifest, split: 'all' })
    await embedder.release()
    expect(queries).toBe(48)
    expect(identityBalancedMap).toBeGreaterThan(1 / 48)
    expect(identityBalancedMap).toBeLessThanOrEqual(0.3)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
