import { expect, test } from 'vitest'
import type { DecidedPair, DecidingData } from '../src/report/deciding-data.ts'
import { contradictions } from '../src/web/deciding/contradictions.ts'
import { decisionsCsv } from '../src/web/deciding/csv.ts'
import { Decisions } from '../src/web/deciding/decisions.ts'
import { Desk, shownName } from '../src/web/deciding/desk.ts'
import type { Made } from '../src/web/deciding/made.ts'
import { quartersOf } from '../src/web/deciding/placing.ts'
import { markedCsv } from '../src/web/marked-csv.ts'

const pair = (photo: string, other: string, decision: DecidedPair['decision']): DecidedPair => ({
  photo,
  other,
  decision,
})

function keeping(kept: readonly Made[]) {
  const listeners: (() => void)[] = []
  const store = {
    ...{ kept, works: true, listeners },
    read: () => store.kept,
    write: (made: readonly Made[]) => void (store.kept = made),
    onOther: (listener: () => void) => void listeners.push(listener),
  }
  return store
}

test('decisions: two windows of one page lose nothing of each other', () => {
  const store = keeping([])
  const [one, other] = [new Decisions([], store, true), new Decisions([], store, true)]
  one.decide({ photo: 'a', other: 'x' }, 'same')
  other.decide({ photo: 'b', other: '' }, 'new')
  expect(other.list()).toEqual([pair('a', 'x', 'same'), pair('b', '', 'new')])
  expect(one.made).toBe(1)
  for (const listener of store.listeners) listener()
  expect(one.list()).toEqual(other.list())
  store.works = false // nothing is kept any more: what this window has is not given up
  store.write([])
  one.decide({ photo: 'c', other: 'y' }, 'different')
  expect(one.list()).toHaveLength(3)
})

test('decisions: the last of a pair holds, undo takes it back, and what was saved and read again is none to undo', () => {
  const store = keeping([])
  const first = new Decisions([pair('a', 'x', 'different')], store, true)
  first.decide({ photo: 'a', other: 'x' }, 'same')
  first.decide({ photo: 'b', other: '' }, 'new')
  expect(first.list()).toEqual([pair('a', 'x', 'same'), pair('b', '', 'new')])
  expect(first.of({ photo: 'x', other: 'a' })).toBeUndefined()
  expect(first.undo()).toMatchObject({ photo: 'b' })
  expect(store.kept).toHaveLength(1)
  first.decide({ photo: 'c', other: 'y' }, 'cannot tell')

  const again = new Decisions(first.list(), store, true)
  expect(again.made).toBe(0)
  expect(again.undo()).toBeUndefined()
  const more = new Decisions([pair('a', 'x', 'same')], store, true) // c and y were not saved yet
  expect(more.made).toBe(1)
  more.decide({ photo: 'a', other: 'x' }, null)
  expect(more.list()).toEqual([pair('c', 'y', 'cannot tell')])
  const proposals = new Decisions([pair('a', 'x', 'different')], keeping([]), false)
  expect(proposals.of({ photo: 'x', other: 'a' })).toBe('different')
})

test('what cannot be told leaves a trace: an open question says of how many candidates something was decided', () => {
  const candidate = (photo: number) => ({ photo, words: '', lines: null })
  const question = {
    photo: 0,
    name: '',
    answer: 'unsure',
    words: '',
    isNew: null,
    groups: [{ name: 'Ana', words: '', placeTime: '', photos: [candidate(1), candidate(2)] }],
  } as const
  const photos = ['a', 'x', 'y'].map((name) => ({ name, animal: null }) as DecidingData['photos'][number])
  const data = { kind: 'identify', photos, questions: [question] } as unknown as DecidingData
  const desk = new Desk(data, new Decisions([], keeping([]), true))
  expect(desk.lookedAt(question)).toBe(0)
  desk.decide('cannot tell')
  expect([desk.progressOf(question), desk.lookedAt(question)]).toEqual(['open', 1])
})

test('an animal of several in one file is called so, and nothing is decided of the file', () => {
  const photos = [{ name: 'herd.jpg', animal: [2, 3] }] as unknown as DecidingData['photos']
  const question = { photo: 0, groups: [] } as unknown as DecidingData['questions'][number]
  const data = { kind: 'identify', photos, questions: [question] } as unknown as DecidingData
  const desk = new Desk(data, new Decisions([], keeping([]), true))
  expect(shownName(photos[0]!)).toBe('herd.jpg, animal 2 of 3')
  expect(desk.hindrance('new')).toContain('herd.jpg shows several animals')
  expect(shownName({ ...photos[0]!, animal: null })).toBe('herd.jpg')
})

test('contradictions are told over chains, and against the gallery', () => {
  const photo = (name: string, identity: string) => ({ name, identity })
  const photos = [photo('q', ''), photo('r', ''), photo('1', 'Ana'), photo('2', 'Ana'), photo('3', 'Bia')]
  const data = { photos, questions: [{ photo: 0 }, { photo: 1 }] } as unknown as DecidingData
  const told = (...decisions: DecidedPair[]) => contradictions(data, decisions)
  expect(told(pair('q', '1', 'same'), pair('q', '3', 'different'), pair('r', '', 'new'))).toEqual([])
  expect(told(pair('q', '1', 'same'), pair('q', '3', 'same'))).toEqual(['q is the same as Ana and as Bia.'])
  expect(told(pair('q', '1', 'same'), pair('q', '2', 'different'))).toEqual([
    'q and 2 are different, but other decisions make them one animal.',
  ])
  expect(told(pair('q', '', 'new'), pair('q', 'r', 'same'), pair('r', '1', 'same'))).toEqual([
    'q is not in the gallery, but also the same as Ana.',
  ])
})

test('the file quotes names', () => {
  const written = decisionsCsv([pair('a "b", c.jpg', 'x.jpg', 'same'), pair('y.jpg', '', 'new')])
  expect(written).toBe('photo,other photo,decision\n"a ""b"", c.jpg",x.jpg,same\ny.jpg,,new\n')
  const formula = decisionsCsv([pair("=cmd|'/C calc'!A0.jpg", '-2.jpg', 'same')]) // a spreadsheet would run it
  expect(formula).toBe("photo,other photo,decision\n'=cmd|'/C calc'!A0.jpg,'-2.jpg,same\n")
})

test('a table that a page hands out says that it is UTF-8 where it must, once', () => {
  expect(markedCsv('a,b\r\n"c",1\n')).toBe('a,b\r\n"c",1\n')
  expect(markedCsv('Ñandú,1\n')).toBe('\uFEFFÑandú,1\n')
  expect(markedCsv('\uFEFFÑandú,1\n')).toBe('\uFEFFÑandú,1\n')
})

test('a photo on its side is turned as its lines say, by quarters, in pixels of pictures that are no squares', () => {
  const [first, second] = [
    { width: 400, height: 300 },
    { width: 300, height: 400 },
  ]
  const places = [0.1, 0.3, 0.5, 0.6, 0.8, 0.9].map((x, i) => [x, (i % 3) / 3] as const)
  const lines = (turned: (x: number, y: number) => readonly [number, number]) =>
    places.map(([x, y]) => [x, y, ...turned(x, y)] as const)
  expect(
    quartersOf(
      lines((x, y) => [x, y]),
      first,
      first,
    ),
  ).toBe(0)
  expect(
    quartersOf(
      lines((x, y) => [1 - y, x]),
      first,
      second,
    ),
  ).toBe(3)
  expect(
    quartersOf(
      lines((x, y) => [y, 1 - x]),
      first,
      second,
    ),
  ).toBe(1)
  expect(
    quartersOf(
      lines((x, y) => [1 - x, 1 - y]),
      first,
      first,
    ),
  ).toBe(2)
  expect(quartersOf(lines((x, y) => [y, 1 - x]).slice(0, 5), first, second)).toBe(0)
})
