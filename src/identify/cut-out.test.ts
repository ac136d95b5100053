import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodePng } from '../images/index.ts'
import { answerWords } from './answer-words.ts'
import { areCutOut } from './cut-out.ts'
import type { Identification } from './identify.ts'

const photo = (path: string, more = {}) => ({ filename: path, path, extra: {}, ...more })

test('animals are cut out where nine of ten photos have a mask, a box or transparent pixels', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-cut-'))
  const clear = join(folder, 'clear.png')
  writeFileSync(clear, await encodePng({ width: 2, height: 2, data: new Uint8Array(16) }))
  const boxed = Array.from({ length: 9 }, (_, i) =>
    photo(`${i}.jpg`, { box: { x: 0, y: 0, width: 1, height: 1, score: 1 } }),
  )
  expect(await areCutOut([...boxed, photo('whole.jpg')])).toBe(true)
  expect(await areCutOut([...boxed.slice(1), photo('whole.jpg')])).toBe(false)
  expect(await areCutOut([...boxed.slice(1), photo(clear)])).toBe(true)
  const opaque = join(folder, 'screenshot.png') // as many programs write them: an alpha channel of 255 everywhere
  writeFileSync(opaque, await encodePng({ width: 2, height: 2, data: new Uint8Array(16).fill(255) }))
  expect(await areCutOut([...boxed.slice(1), photo(opaque)])).toBe(false)
  expect(await areCutOut([photo(clear), photo('gone.png')])).toBe(true) // of a gallery on disk, whose photos may be elsewhere
  expect(await areCutOut([photo('whole.jpg')])).toBe(false)
})

test('places that were looked for on whole photos are not called those of a coat', () => {
  const candidate = { rank: 1, identity: 'Ana', similarity: 0.99, photo: photo('a.jpg'), places: 12 }
  const answer = { answer: 'unsure', identity: 'Ana', reason: 'uncalibrated', notCompared: 0, bothFlanks: false }
  const one = { photo: photo('q.jpg'), candidates: [candidate], leftOut: [], answer } as unknown as Identification
  const byNetwork = { ...one, candidates: [{ ...candidate, similarity: 0.9964, places: undefined }] }
  expect(answerWords(byNetwork as unknown as Identification)).toContain('a.jpg (0.996)') // not 1.00
  expect(answerWords(one)).toContain('(12 places of the coat agree, score 0.99)')
  expect(answerWords({ ...one, onWholePhotos: true })).toContain(
    '(12 places of the photos agree, background included, score 0.99)',
  )
})
