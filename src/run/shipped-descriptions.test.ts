import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { shippedDescriptionOf } from './shipped-descriptions.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  ['resnet50-imagenet', 'presets/resnet50-imagenet.model.json', true],
  ['ResNet50_v2', 'presets/resnet50-imagenet.model.json', false],
  ['MegaDescriptor-L-384', 'presets/megadescriptor-l-384.model.json', true],
  ['miewid_msv2', 'presets/miewid-msv3.model.json', false],
  ['dinov2_vits14', 'presets/dinov2-small.model.json', false],
])('a network called %s is described by %s, exactly: %s', (name, path, exact) => {
  expect(shippedDescriptionOf(name)).toMatchObject({ path, exact })
  expect(JSON.parse(readFileSync(shippedDescriptionOf(name)!.path, 'utf8'))).toMatchObject({ format: 'rosette-model' })
})

test('another network has none; from another folder the whole path is told', () => {
  expect(shippedDescriptionOf('resnet500')).toBeUndefined()
  expect(shippedDescriptionOf('my-net')).toBeUndefined()
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir())
  const { path } = shippedDescriptionOf('dinov2-small')!
  expect(path).toMatch(/^\/.*\/presets\/dinov2-small\.model\.json$/)
  expect(readFileSync(path, 'utf8')).toContain('dinov2')
})
