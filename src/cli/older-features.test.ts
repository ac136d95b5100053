import { rmSync } from 'node:fs'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { Photo } from '../data/index.ts'
import { type PhotoEmbeddings, writeGallery } from '../embedder/index.ts'
import { openExtractors, releaseExtractors } from '../local/index.ts'
import { type Unasked, unaskedMatch } from './default-match.ts'
import { withMatching } from './match-options.ts'
import { foundByOlder } from './older-features.ts'

const output = captureOutput()
const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  output.stderr = ''
})

test('features are of an older rosette if a matcher of their name finds others today', () => {
  const asked = [
    { name: 'sift', fingerprint: 'new' },
    { name: 'coat', fingerprint: 'same' },
  ]
  const [older, same, other] = [
    { name: 'sift', fingerprint: 'old' },
    { name: 'coat', fingerprint: 'same' },
    { name: 'theirs', fingerprint: 'x' },
  ]
  expect(foundByOlder([older!, same!, other!], asked)).toEqual([older])
})

test('a gallery with such features is not matched unasked, which is told', async () => {
  const photos = Array.from({ length: 10 }, (_, i): Photo => {
    const mask = { path: `/${i}.png`, sha256: 'f'.repeat(64) }
    return { filename: `${i}.jpg`, path: `/${i}.jpg`, identity: `animal ${i}`, extra: {}, mask }
  })
  const embeddings = { count: 10, dim: 1, data: new Float32Array(10).fill(1) }
  const contentHashes = photos.map(() => 'a'.repeat(64))
  const embedded: PhotoEmbeddings = { embeddings, photos, contentHashes, skipped: [] }
  const asked: Unasked = {
    queries: embedded,
    gallery: embedded,
    source: { kind: 'stored', source: folder, images: undefined },
    calibration: undefined,
    isPlain: true,
  }
  const [sift] = await openExtractors(['sift'], {})
  const keep = (fingerprint: string) =>
    writeGallery(folder, { name: 'm', fingerprint: 'f'.repeat(64), size: 1, flipAveraging: false }, embedded, [
      { name: sift!.name, fingerprint, content: [Buffer.from('features')] },
    ])
  keep(sift!.fingerprint)
  expect(await unaskedMatch({ match: 'none' }, asked)).toBe('fused')
  expect(output.stderr).not.toContain('older rosette')
  keep('0'.repeat(64))
  expect(await unaskedMatch({ match: 'none' }, asked)).toBe('none')
  expect(output.stderr).toContain(
    'that an older rosette found, and those of today are others: places of the coat are not looked at',
  )
  await releaseExtractors([sift!])
})

test('what a calibration learnt from such places is left out, which is told', async () => {
  const learntFrom = (extractor: string) => ({
    scores: {
      fusion: { kind: 'embedding' } as const,
      curve: { kind: 'logistic', slope: 1, intercept: 0 } as const,
      prior: 0.5,
      answers: { shift: 0, slope: 1, cohort: 1, photos: 1 },
      measured: null,
      ...{ extractor, shortlist: 7, sureWeight: 0.1, tried: [], better: true },
      gain: { difference: 0, interval: [0, 0] as [number, number] },
    },
    isOfOthers: false,
  })
  const [sift] = await openExtractors(['sift'], {})
  const { signal } = new AbortController()
  const shortlistBy = (extractor: string) =>
    withMatching(
      { match: 'fused' },
      { signal, learnt: learntFrom(extractor) },
      async (matching) => matching?.config?.shortlist,
    )
  expect(await shortlistBy(sift!.fingerprint)).toBe(7)
  expect(output.stderr).not.toContain('calibration')
  expect(await shortlistBy('0'.repeat(64))).toBeUndefined()
  expect(output.stderr).toContain(
    'the calibration learnt from places that RootSIFT, 800 keypoints of 512 px finds otherwise today',
  )
  await releaseExtractors([sift!])
})
