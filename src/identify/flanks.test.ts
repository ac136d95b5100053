import { describe, expect, test } from 'vitest'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { answerWords } from './answer-words.ts'
import type { CalibratedScores } from './calibration-record.ts'
import { flankCounts, otherFlank, sidesOf } from './flanks.ts'
import { identifyPhotos } from './identify.ts'

const photo = (filename: string, identity?: string, flank?: string): Photo => ({
  filename,
  path: filename,
  identity,
  flank,
  extra: {},
})

function embedded(photos: readonly (readonly [Photo, number])[]): PhotoEmbeddings {
  const data = photos.flatMap(([, angle]) => [Math.cos(angle), Math.sin(angle)])
  return {
    embeddings: { count: photos.length, dim: 2, data: Float32Array.from(data) },
    photos: photos.map(([one]) => one),
    contentHashes: photos.map(([{ filename }]) => filename),
    skipped: [],
  }
}

const gallery = embedded([
  [photo('a1', 'Ana', 'left'), 0],
  [photo('a2', 'Ana', 'R'), 0.1],
  [photo('b1', 'Bia', 'right side'), 0.2],
  [photo('c1', 'Caua'), 1],
])
const ask = (flank: string | undefined, flanks?: 'any') =>
  identifyPhotos(gallery, embedded([[photo('q', undefined, flank), 0.19]]), 5, { flanks })[0]!

describe('flanks', () => {
  test('are read from words of columns, else from nearly all file names', () => {
    const stated = ['left', 'Right flank', 'L', 'front', '', 'direita', 'Izq.', 'der'].map((flank) =>
      photo('x', undefined, flank),
    )
    expect(sidesOf(stated)).toEqual(['left', 'right', 'left', undefined, undefined, 'right', 'left', 'right'])
    const named = ['Ana_left_1.jpg', 'right-2.jpg', 'bright.jpg', 'left/x.jpg'].map((name) => photo(name))
    expect(sidesOf(named)).toEqual([undefined, undefined, undefined, undefined]) // two of four only
    expect(sidesOf(named.slice(0, 2))).toEqual(['left', 'right'])
    expect(sidesOf([photo('left_right.jpg')])).toEqual([undefined])
    // one query of many says its flank, as the gallery's names do
    expect(otherFlank(named, named.slice(0, 2))(0, 1)).toBe(true)
    expect(otherFlank(named, named.slice(0, 2))(2, 1)).toBe(false)
    // and where a column says those of the gallery; a query's own column is believed before its name
    expect(otherFlank([photo('x_left.jpg')], stated)(0, 1)).toBe(true)
    expect(otherFlank([photo('x_left.jpg'), photo('y.jpg')], stated)(1, 1)).toBe(false)
    expect(otherFlank([{ ...photo('x_left.jpg'), flank: 'right' }], stated)(0, 1)).toBe(false)
    expect(otherFlank(stated, stated)(0, 1)).toBe(true)
    expect(otherFlank(stated, stated)(0, 3)).toBe(false)
    expect(otherFlank(stated, stated, 'any')(0, 1)).toBe(false)
  })

  test('left is never offered as right, and who could not be matched is counted', () => {
    const left = ask('left')
    expect(left.candidates.map(({ photo: best }) => best.filename)).toEqual(['a1', 'c1'])
    expect(left.answer).toMatchObject({ notCompared: 1, bothFlanks: false })
    expect(answerWords(left)).toContain(
      '1 individual of the gallery could not be matched, for want of a photo of this flank',
    )
    expect(ask('right').candidates.map(({ identity }) => identity)).toEqual(['Bia', 'Ana', 'Caua'])
    expect(ask('left', 'any').candidates[0]!.identity).toBe('Bia')
  })

  test('an unknown flank is matched against both, which is said', () => {
    const unknown = ask(undefined)
    expect(unknown.candidates.map(({ photo: best }) => best.filename)).toEqual(['b1', 'a2', 'c1'])
    expect(unknown.answer).toMatchObject({ notCompared: 0, bothFlanks: true })
    expect(answerWords(unknown)).toContain('its flank is not known, so it was compared with photos of any flank')
  })

  test('an unknown flank beside a gallery of one flank is said too, and not where other photos of it are unknown', () => {
    const asked = embedded([[photo('q', undefined), 0.2]])
    const rights = [photo('b1', 'Bia', 'right'), photo('a1', 'Ana', 'right')]
    const of = (...gallery: Photo[]) =>
      identifyPhotos(embedded(gallery.map((one) => [one, 0.2])), asked, 5)[0]!.answer.bothFlanks
    expect(of(...rights)).toBe(true)
    expect(of(...rights, photo('c1', 'Caua'))).toBe(false)
  })

  test('a photo that cannot be matched is not one that was not matched', () => {
    const rights = embedded([[photo('b1', 'Bia', 'right'), 0.2]])
    const [lost] = identifyPhotos(rights, embedded([[photo('q', undefined, 'left'), 0.2]]), 5)
    expect(lost!.answer).toMatchObject({ answer: 'unsure', reason: 'nobodyToCompare', notCompared: 1 })
    expect(answerWords(lost!)).toBe('could not be matched: no photo of the gallery shows this flank')
  })

  test('with a calibration, whom nothing speaks against keeps a share of the probability', () => {
    const curve = { kind: 'logistic', slope: 20, intercept: -19 } as const
    const answers = { shift: 0, slope: 1, cohort: 0, photos: 0 }
    const scores: CalibratedScores = { fusion: { kind: 'embedding' }, curve, prior: 0.5, answers, measured: null }
    const query = embedded([[photo('q', undefined, 'left'), 0]])
    const { answer } = identifyPhotos(gallery, query, 5, { scores })[0]!
    // Ana: ratio e¹, Caua: e^(20 cos 1 − 19), Bia: 1; each of the three has a third of one half
    const [ana, caua] = [Math.E, Math.exp(20 * Math.cos(1) - 19)]
    expect(answer.probability).toBeCloseTo(ana / (ana + caua + 1 + 3), 5)
    expect(answer.newProbability).toBeCloseTo(3 / (ana + caua + 1 + 3), 5)
  })

  test('counts of an evaluation', () => {
    const { photos } = gallery
    const queries = [photo('p', 'Bia', 'left'), photo('q', 'Ana', 'left'), photo('r', 'Caua')]
    const leaveOut = () => false
    expect(flankCounts(queries, photos, { leaveOut })).toEqual({
      rule: 'same',
      known: 2,
      unknown: 1,
      couldNotBeMatched: 1,
    })
    expect(flankCounts(queries, photos, { rule: 'any', leaveOut })).toMatchObject({ rule: 'any', couldNotBeMatched: 1 })
    expect(flankCounts([photo('q', 'Ana')], photos, { leaveOut })).toBeNull()
  })
})
