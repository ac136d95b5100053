import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { localHub } from '../../test/local-hub.ts'
import { encodeSafetensors, type Tensor } from '../tensor/index.ts'
import { withDefaultTag } from './default-tag.ts'
import { findWeights, pullWeights } from './find-weights.ts'
import { parseHubName, showHubName } from './hub-name.ts'
import { hubSettings } from './hub-settings.ts'
import { openWeights } from './open.ts'

afterEach(() => vi.unstubAllEnvs())

const newFolder = () => mkdtempSync(join(tmpdir(), 'rosette-weights-'))

function weightsFile(path: string, tensors: Readonly<Record<string, Tensor>>): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, Buffer.concat(encodeSafetensors(Object.entries(tensors))))
  return path
}

describe('findWeights', () => {
  const inCache = (cache: string, revision: string) =>
    weightsFile(join(cache, 'models--timm--convnext_atto.d2_in1k', 'snapshots', revision, 'model.safetensors'), {})

  test('looks into HF_HUB_CACHE, HF_HOME/hub, and the home folder', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    const path = inCache(folder, 'a1b2')
    expect(findWeights('convnext_atto.d2_in1k')).toBe(path)

    const home = newFolder()
    vi.stubEnv('HF_HUB_CACHE', undefined)
    vi.stubEnv('HF_HOME', home)
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    expect(inCache(join(home, 'hub'), 'c3')).toBe(findWeights('convnext_atto.d2_in1k'))

    vi.stubEnv('HF_HOME', undefined)
    vi.stubEnv('XDG_CACHE_HOME', home)
    expect(inCache(join(home, 'huggingface', 'hub'), 'd3')).toBe(findWeights('timm/convnext_atto.d2_in1k'))

    vi.stubEnv('XDG_CACHE_HOME', undefined)
    vi.stubEnv('HOME', home)
    vi.stubEnv('USERPROFILE', home)
    const own = inCache(join(home, '.cache', 'huggingface', 'hub'), 'd4')
    expect(findWeights('convnext_atto.d2_in1k')).toBe(own)
  })

  test('knows those that come with rosette, without cache and network', async () => {
    const settings = hubSettings({ cache: newFolder(), offline: true })
    const path = findWeights('convnext_mini.drawn_jaguars', 'convnext_mini', settings)!
    const file = await openWeights(path)
    expect(file.tensors.get('stages.3.blocks.0.mlp.fc2.weight')).toMatchObject({ dtype: 'float16', shape: [256, 1024] })
    file.close()
    expect(await pullWeights(parseHubName('convnext_mini.drawn_jaguars'), settings)).toBe(path)
    expect(findWeights('me/convnext_mini.drawn_jaguars', undefined, settings)).toBeUndefined()
  })

  test('passes over a revision without the file', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    mkdirSync(join(folder, 'models--timm--convnext_atto.d2_in1k', 'snapshots', '0000'), { recursive: true })
    expect(findWeights('convnext_atto.d2_in1k')).toBeUndefined()
    expect(inCache(folder, 'ffff')).toBe(findWeights('convnext_atto.d2_in1k'))
  })

  test('takes the commit that the revision is at', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    inCache(folder, 'aaaa')
    const current = inCache(folder, 'bbbb')
    const repo = join(folder, 'models--timm--convnext_atto.d2_in1k')
    mkdirSync(join(repo, 'refs'), { recursive: true })
    writeFileSync(join(repo, 'refs', 'main'), 'bbbb')
    expect(findWeights('convnext_atto.d2_in1k')).toBe(current)
    expect(findWeights('convnext_atto.d2_in1k@aaaa')).toContain('aaaa')
    expect(findWeights('convnext_atto.d2_in1k@cccc')).toBeUndefined() // another revision is not the one asked for
  })

  test('an index counts where all its files are there', () => {
    const folder = newFolder()
    vi.stubEnv('HF_HUB_CACHE', folder)
    const snapshot = join(folder, 'models--me--large', 'snapshots', 'a1')
    weightsFile(join(snapshot, 'a.safetensors'), {})
    const index = join(snapshot, 'model.safetensors.index.json')
    writeFileSync(index, JSON.stringify({ weight_map: { one: 'a.safetensors', two: 'b.safetensors' } }))
    expect(findWeights('me/large')).toBeUndefined()
    weightsFile(join(snapshot, 'b.safetensors'), {})
    expect(findWeights('me/large')).toBe(index)
  })

  test('a file is itself, and must be there', () => {
    const path = weightsFile(join(newFolder(), 'own.safetensors'), {})
    expect(findWeights(path)).toBe(path)
    expect(() => findWeights('/nowhere/own.safetensors')).toThrow('weights: /nowhere/own.safetensors does not exist')
  })
})

describe('findWeights refuses', () => {
  test.each([
    'model.onnx',
    'package.json',
    './weights',
    '/weights/convnext',
    'C:\\\\weights',
    'timm/../x',
    'a/b/c',
    'x@',
  ])('%s', (source) => expect(() => findWeights(source)).toThrow(/expected a (\.safetensors file|name such as)/))

  test.each(['own.pth', 'best.pth.tar', 'model.BIN', 'model.safetensors.index.json'])(
    '%s, which is not there',
    (source) => {
      expect(() => findWeights(source)).toThrow(`weights: ${source} does not exist`)
    },
  )

  test('a name of another backbone', () => {
    expect(() => findWeights('convnext_small.fb_in1k', 'convnext_tiny')).toThrow(
      "weights: 'convnext_small.fb_in1k' is of convnext_small, not of model.backbone convnext_tiny",
    )
  })

  test('an architecture, whose weights it names', () => {
    expect(() => findWeights('convnext_small', 'convnext_small')).toThrow(
      "weights: 'convnext_small' is an architecture, expected the name of weights of it\nhint: timm's default ones are convnext_small.in12k_ft_in1k",
    )
    expect(() => findWeights('timm/convnext_micro')).toThrow('convnext_micro: no pretrained weights are offered')
    expect(findWeights('me/convnext_small')).toBeUndefined()
  })
})

test('timm’s default weights are those of its first tag', () => {
  const tagged = (text: string) => showHubName(withDefaultTag(parseHubName(text)))
  expect(tagged('convnext_small')).toBe('timm/convnext_small.in12k_ft_in1k')
  expect(tagged('timm/vit_base_patch16_224@v2')).toBe('timm/vit_base_patch16_224.augreg2_in21k_ft_in1k@v2')
  for (const name of ['timm/convnext_small.fb_in1k', 'me/convnext_small', 'timm/resnet50'])
    expect(tagged(name)).toBe(name)
})

test('an index that names files elsewhere is refused before they are asked for', async () => {
  for (const shard of [
    '../../../../../evil.safetensors',
    '/evil.safetensors',
    'a/../../evil.safetensors',
    'evil.pth',
  ]) {
    const index = Buffer.from(JSON.stringify({ weight_map: { one: shard } }))
    const hub = await localHub({ 'me/hostile': { files: { 'model.safetensors.index.json': index } } })
    const settings = hubSettings({ cache: newFolder(), endpoint: hub.endpoint, token: undefined, env: {} })
    const message = await rejection(pullWeights(parseHubName('me/hostile'), { ...settings, offline: false }))
    expect(message).toMatch(/^InputError: .*(leads outside of|expected \.safetensors files)/)
    expect(hub.asked.filter(({ path }) => path.includes('evil'))).toEqual([])
    await hub.close()
  }
})
