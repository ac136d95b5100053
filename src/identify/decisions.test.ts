import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { answerWords } from './answer-words.ts'
import { readDecisions } from './decisions.ts'
import { identifyPhotos } from './identify.ts'
import { idleDecisionsNote, otherDecisionsNote } from './idle-decisions.ts'
import { shortNames, shownNames } from './photo-names.ts'

const photo = (filename: string, identity?: string): Photo => ({ filename, path: filename, identity, extra: {} })
const gallery = ['Ana/1.jpg', 'Ana/2.jpg', 'Bia/1.jpg', 'Caua/1.jpg'].map((name) => photo(name, name.split('/')[0]))
const asked = ['/cards/a/x.jpg', '/cards/a/y.jpg', '/cards/a/b/z.jpg'].map((name) => photo(name))

const read = (...rows: string[]) => readFor(asked, ...rows).decisions

function readFor(photos: readonly Photo[], ...rows: string[]) {
  const path = join(mkdtempSync(join(tmpdir(), 'rosette-decisions-')), 'decisions.csv')
  writeFileSync(path, ['photo,other photo,decision', ...rows].join('\n'))
  return readDecisions(path, photos, gallery)
}

/** Angles on a circle: the nearer, the more similar. */
function atDegrees(photos: readonly Photo[], degrees: readonly number[]): PhotoEmbeddings {
  const data = Float32Array.from(degrees.flatMap((d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)]))
  const contentHashes = photos.map(({ filename }) => filename)
  return { embeddings: { count: photos.length, dim: 2, data }, photos, contentHashes, skipped: [] }
}

const known = atDegrees(gallery, [0, 20, 40, 60])
const answersTo = (...rows: string[]) =>
  identifyPhotos(known, atDegrees(asked, [1, 39, 2]), 2, { decisions: read(...rows), photosEach: 2 })

describe('decisions about a gallery', () => {
  test('are read by the names of the page, by whole names, and the other way round', () => {
    expect(shortNames(asked)).toEqual(['x.jpg', 'y.jpg', 'z.jpg'])
    expect(shownNames(gallery)).toEqual(['Ana/1.jpg', 'Ana/2.jpg', 'Bia/1.jpg', 'Caua/1.jpg'])
    const rows = ['x.jpg,Ana/1.jpg,same', 'Bia/1.jpg,/cards/a/y.jpg,different', 'a/b/z.jpg,,New']
    expect(read(...rows)).toEqual([
      { photo: '/cards/a/x.jpg', other: 'Ana/1.jpg', decision: 'same', row: 2, inGallery: [false, true] },
      { photo: 'Bia/1.jpg', other: '/cards/a/y.jpg', decision: 'different', row: 3, inGallery: [true, false] },
      { photo: '/cards/a/b/z.jpg', decision: 'new', row: 4, inGallery: [false, false] },
    ])
  })

  test('name a photo by its file, or by as much of its path as tells it apart, whatever folder it is asked from', () => {
    const named = (...names: string[]) => shortNames(names.map((name) => photo(name)))
    expect(named('../new/a.jpg', '../new/b.jpg')).toEqual(['a.jpg', 'b.jpg'])
    expect(named('/d/1/in/a.jpg', '/d/2/in/a.jpg', '/d/2/b.jpg')).toEqual(['1/in/a.jpg', '2/in/a.jpg', 'b.jpg'])
    expect(named('a.jpg', 'c/a.jpg', '../a.jpg')).toEqual(['a.jpg', 'c/a.jpg', '../a.jpg'])
    for (const folder of ['', '../new/', 'new/', '/cards/new/'])
      for (const written of ['a.jpg', 'new/a.jpg', '../new/a.jpg', '/cards/new/a.jpg']) {
        const { decisions, ofOthers } = readFor([photo(`${folder}a.jpg`)], `${written},Ana/1.jpg,same`)
        expect([decisions[0]?.photo, ofOthers]).toEqual([`${folder}a.jpg`, []])
      }
  })

  test('about other photos are kept for the next file, and counted', () => {
    const { decisions, ofOthers } = readFor(
      [photo('card 2/0001.jpg'), photo('card 2/0002.jpg')],
      'card 1/0001.jpg,Ana/1.jpg,same',
      '0002.jpg,Ana/1.jpg,different',
      '1.jpg,Bia/1.jpg,same', // a photo on another card, which is called as three of the gallery
      '0009.jpg,0002.jpg,same',
      '0008.jpg,,new',
    )
    expect(decisions).toMatchObject([{ photo: 'card 2/0002.jpg', row: 3 }])
    expect(ofOthers).toEqual([
      { photo: 'card 1/0001.jpg', other: 'Ana/1.jpg', decision: 'same', row: 2 },
      { photo: '1.jpg', other: 'Bia/1.jpg', decision: 'same', row: 4 },
      { photo: '0009.jpg', other: '0002.jpg', decision: 'same', row: 5 },
      { photo: '0008.jpg', decision: 'new', row: 6 },
    ])
    expect(otherDecisionsNote(ofOthers, 'these')).toBe(
      "4 decisions are about photos that are not among these (rows 2, 4, 5, 6; the first: 'card 1/0001.jpg' and 'Ana/1.jpg'): they change nothing here, and a page keeps them for its next file",
    )
    expect(otherDecisionsNote([], 'these')).toBeUndefined()
    const twice = [photo('card 1/0001.jpg'), photo('card 2/0001.jpg')]
    expect(() => readFor(twice, '0001.jpg,Ana/1.jpg,same')).toThrow(
      "row 2: '0001.jpg' may be card 1/0001.jpg, card 2/0001.jpg",
    )
  })

  test('are read with the apostrophe that tables put before what a spreadsheet would run', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-decisions-')), 'decisions.csv')
    writeFileSync(path, "photo,other photo,decision\n'=a.jpg,'-b.jpg,same\n")
    const photos = ['=a.jpg', '-b.jpg'].map((name) => photo(name))
    expect(readDecisions(path, photos).decisions).toEqual([
      { photo: '=a.jpg', other: '-b.jpg', decision: 'same', row: 2 },
    ])
    const called = readDecisions(path, [...photos, photo("'=a.jpg")]).decisions // a file that is called so comes first
    expect(called[0]!.photo).toBe("'=a.jpg")
  })

  test.each(['utf16le', 'utf8'] as const)(
    'are read as %s, which spreadsheets save, whatever stands between the cells',
    (encoding) => {
      const path = join(mkdtempSync(join(tmpdir(), 'rosette-decisions-')), 'decisions.csv')
      writeFileSync(path, '\ufeffphoto\tother photo\tdecision\r\nx.jpg\tAna/1.jpg\tsame\r\n', encoding)
      expect(readDecisions(path, asked, gallery).decisions).toMatchObject([
        { other: 'Ana/1.jpg', decision: 'same', row: 2 },
      ])
    },
  )

  test('without one of their columns are an error that tells what the table has', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'rosette-decisions-')), 'decisions.csv')
    writeFileSync(path, 'photo,other\nx.jpg,Ana/1.jpg\n')
    expect(() => readDecisions(path, asked, gallery)).toThrow(
      "decisions.csv: expected the columns 'photo', 'other photo', 'decision', got 'photo', 'other'\nhint: the pages that `html`",
    )
  })

  test.each([
    [['x.jpg,1.jpg,same'], /row 2: '1\.jpg' may be Ana\/1\.jpg, Bia\/1\.jpg, Caua\/1\.jpg/],
    [['x.jpg,Ana/1.jpg,new'], /row 2: new is said of one photo, got the other photo 'Ana\/1\.jpg'/],
    [['x.jpg,,same'], /row 2: expected the names of two photos, got ''/],
    [['x.jpg,Ana/1.jpg,maybe'], /expected same, different, cannot tell, new, got 'maybe'/],
    [
      ['x.jpg,Ana/1.jpg,same', 'x.jpg,Bia/1.jpg,same'],
      /Ana\/1\.jpg and Bia\/1\.jpg are Ana and Bia in the gallery, but Ana\/1\.jpg and \/cards\/a\/x\.jpg are the same \(row 2\), .* \(row 3\)/,
    ],
    [
      ['x.jpg,Ana/1.jpg,same', 'x.jpg,Ana/2.jpg,different'],
      /x\.jpg and Ana\/2\.jpg are different \(row 3\), but .* are the same \(row 2\), Ana\/1\.jpg and Ana\/2\.jpg are Ana in the gallery/,
    ],
    [
      ['x.jpg,,new', 'y.jpg,x.jpg,same', 'y.jpg,Ana/1.jpg,same'],
      /x\.jpg shows nobody of the gallery \(row 2\), of which Ana\/1\.jpg shows Ana, but .*\(row 3\), .*\(row 4\)/,
    ],
  ])('%j is an error', (rows, message) => {
    expect(() => read(...rows)).toThrow(message)
  })

  test('a photo that a person decided is answered so, which is said, and joins queries that are the same', () => {
    const [x, y, z] = answersTo('x.jpg,Caua/1.jpg,same', 'b/z.jpg,x.jpg,same', 'y.jpg,,new')
    expect(x!.answer).toMatchObject({ answer: 'known', identity: 'Caua', reason: 'decided', decidedBy: { row: 2 } })
    expect(answerWords(x!)).toBe(
      'Caua: a person decided that /cards/a/x.jpg and Caua/1.jpg are the same (row 2 of the decisions)',
    )
    expect(x!.candidates.map(({ identity, rank, decided }) => [identity, rank, decided])).toEqual([
      ['Caua', 1, 'same'], // the least similar: a table whose first row is somebody else would be read wrongly
      ['Ana', 2, undefined],
    ])
    expect(z!.answer).toMatchObject({ answer: 'known', identity: 'Caua', decidedBy: { row: 2 } })
    expect(y!.answer).toMatchObject({ answer: 'new', identity: undefined, reason: 'decided', decidedBy: { row: 4 } })
    expect(answerWords(y!)).toBe('not in the gallery: a person decided so (row 4 of the decisions)')
  })

  test('of two photos asked about that show different animals one does not show whom the other was decided to show', () => {
    const [x, y, z] = answersTo('x.jpg,b/z.jpg,different', 'y.jpg,b/z.jpg,same', 'y.jpg,Ana/1.jpg,same')
    expect(x!.answer).toMatchObject({ answer: 'unsure', identity: 'Bia', ruledOut: ['Ana'] })
    expect(answerWords(x!)).toContain('a person ruled out Ana')
    expect([y!, z!].map(({ answer }) => [answer.identity, answer.reason])).toEqual([
      ['Ana', 'decided'],
      ['Ana', 'decided'],
    ])
  })

  test('photos that show different animals do not both get one name', () => {
    const answers = { shift: 0, slope: 1, cohort: 0, photos: 0 }
    const bins = [{ low: 0, high: 1, count: 2, probability: 1, right: 1 }]
    const held = { known: 1, absent: 1, individuals: 9, folds: 2, rank1: 1, identityBalancedMap: 1, ece: 0, pairEce: 0 }
    const scores = {
      fusion: { kind: 'embedding' },
      curve: { kind: 'logistic', slope: 400, intercept: -390 },
      prior: 0.5,
      answers,
      measured: { ...held, bins, absentNamed: 0 },
    } as const
    const queries = atDegrees(asked, [1, 39, 2])
    const decisions = read('x.jpg,b/z.jpg,different')
    const [x, y, z] = identifyPhotos(known, queries, 2, { scores, decisions })
    expect([x!, y!, z!].map(({ answer }) => [answer.answer, answer.identity, answer.conflict])).toEqual([
      ['unsure', 'Ana', '/cards/a/b/z.jpg'],
      ['known', 'Bia', undefined],
      ['unsure', 'Ana', '/cards/a/x.jpg'],
    ])
    expect(answerWords(x!)).toContain(
      'a person decided that /cards/a/b/z.jpg shows another animal, and both are most likely Ana',
    )
    expect(idleDecisionsNote(decisions, [x!, y!, z!])).toBeUndefined()
    const alone = identifyPhotos(known, queries, 2, { decisions })
    expect(idleDecisionsNote(decisions, alone)).toContain(
      'changes no answer yet (row 2): it counts once one of the two',
    )
  })

  test('an individual that a person ruled out is no answer, and has no probability', () => {
    const [x] = answersTo('x.jpg,Ana/2.jpg,different', 'x.jpg,Caua/1.jpg,cannot tell')
    expect(x!.answer).toMatchObject({ answer: 'unsure', identity: 'Bia', reason: 'uncalibrated', ruledOut: ['Ana'] })
    expect(answerWords(x!)).toMatch(/^unsure: most like Bia; .*; a person ruled out Ana$/)
    expect(x!.candidates.map(({ identity }) => identity)).toEqual(['Bia', 'Caua'])
    const scores = {
      fusion: { kind: 'embedding' },
      curve: { kind: 'logistic', slope: 10, intercept: -5 },
      prior: 0.1,
      answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
      measured: null,
    } as const
    const ask = (decisions: ReturnType<typeof read>) =>
      identifyPhotos(known, atDegrees(asked.slice(0, 1), [1]), 3, { scores, decisions })[0]!
    const [before, after] = [ask([]), ask(read('x.jpg,Ana/2.jpg,different'))]
    const decided = ask(read('x.jpg,Ana/2.jpg,same')).candidates
    expect(decided.filter((one) => 'probability' in one)).toEqual([])
    const [ana, bia, caua] = before.candidates.map(({ probability }) => probability!)
    expect(after.candidates.map(({ identity, probability }) => [identity, probability])).toEqual([
      ['Bia', expect.closeTo(bia! / (1 - ana!), 10)],
      ['Caua', expect.closeTo(caua! / (1 - ana!), 10)],
      ['Ana', 0],
    ])
    expect(after.answer.identity).toBe('Bia')
    expect(after.answer.newProbability).toBeCloseTo(before.answer.newProbability! / (1 - ana!), 10)
  })

  test('each candidate is shown by its best photos, one of each flank first', () => {
    const sided = gallery.map((one, i) => ({ ...one, flank: i === 1 ? 'right' : 'left' }))
    const more = [...sided, { ...photo('Ana/3.jpg', 'Ana'), flank: 'left' }]
    const [found] = identifyPhotos(atDegrees(more, [0, 20, 40, 60, 5]), atDegrees(asked.slice(0, 1), [1]), 1, {
      photosEach: 2,
    })
    expect(found!.candidates[0]!.photos!.map(({ photo: { filename } }) => filename)).toEqual(['Ana/1.jpg', 'Ana/2.jpg'])
    expect(found!.candidates[0]!.photos![1]!.similarity).toBeCloseTo(Math.cos((19 * Math.PI) / 180), 6)
  })
})
