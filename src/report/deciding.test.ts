import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { Identification, PhotoClusters } from '../identify/index.ts'
import { writeAnswersPage } from './deciding.ts'
import { askedAnswers } from './deciding-answers.ts'
import { askedClusters } from './deciding-clusters.ts'

const photo = (filename: string) => ({ filename, path: filename, extra: {} })

test('a page says 100 % of nothing that may be otherwise, and no folder above the photos', () => {
  const [asked, known] = [photo('/survey/ana/valley/q.jpg'), photo('/survey/ana/ridge/Bia/1.jpg')]
  const gallery = [known, photo('/survey/ana/ridge/Caio/2.jpg')]
  const candidate = { rank: 1, identity: 'Bia', similarity: 0.9, photo: known, probability: 0.9996 }
  const answer = { answer: 'known', identity: 'Bia', probability: 0.9996, newProbability: 0, reason: 'probability' }
  const one = {
    photo: asked,
    candidates: [candidate],
    leftOut: [],
    answer: { ...answer, notCompared: 0, bothFlanks: false },
  }
  const found = [one as Identification]
  const [question] = askedAnswers({ found, gallery, decisions: [] }, 9).dataWith([]).questions
  expect(question!.groups[0]!.words).toBe('probability above 99 %')
  expect(question!.isNew).toEqual({ words: 'probability 0 %', place: 1 })
  expect(question!.words).toBe(
    'Bia, probability above 99 %; the photo of Bia most similar to this one is Bia/1.jpg (0.90)',
  )
})

test('each animal of a file that shows several is told by its number', () => {
  const herd = [0, 20].map((x) => ({ ...photo('herd.jpg'), box: { x, y: 0, width: 9, height: 9 } }))
  const answer = { answer: 'unsure', reason: 'uncalibrated', notCompared: 0, bothFlanks: false }
  const found = [...herd, photo('one.jpg')].map((asked) => ({ photo: asked, candidates: [], leftOut: [], answer }))
  const { photos } = askedAnswers(
    { found: found as unknown as Identification[], gallery: [], decisions: [] },
    9,
  ).dataWith([])
  expect(photos.map(({ name, animal }) => [name, animal])).toEqual([
    ['herd.jpg', [1, 2]],
    ['herd.jpg', [2, 2]],
    ['one.jpg', null],
  ])
})

test('only what the ends of the threshold see differently is called near', () => {
  const threshold = { at: 0.5, loose: 0.2, strict: 0.8, from: 'even' }
  const clusters = [1, 1, 2].map((cluster, i) => ({ photo: photo(`${i}.jpg`), cluster, sure: true }))
  const wordsOf = (score: number, joined: boolean) => {
    const toDecide = [{ photo: 0, others: [joined ? 1 : 2], score, joined }]
    const given = { photos: clusters, toDecide, scale: 'probability', threshold } as unknown as PhotoClusters
    return askedClusters({ clusters: given, decisions: [] }, { questions: 9, photos: 9 }).dataWith([]).questions[0]!
      .words
  }
  expect(wordsOf(0.6, true)).toContain('Both are in proposal 1, but only just: the mean probability')
  expect(wordsOf(0.95, true)).toContain('Both are in proposal 1: the mean probability of their pairs is 0.95.')
  expect(wordsOf(0.3, false)).toContain('Proposals 1 and 2 are two individuals, but only just: ')
  expect(wordsOf(0.02, false)).toContain(
    'Proposals 1 and 2 are two individuals: the mean probability of their pairs is 0.02.',
  )
})

test('the browser keeps decisions apart that are of two galleries of one name', async () => {
  const folder = temporaryFolder()
  const idOf = async (source: string) => {
    const path = join(folder, 'page.html')
    const given = { title: 'known', source, overwrite: true }
    await writeAnswersPage(path, { found: [], gallery: [], decisions: [] }, given)
    return /"id":"(\w+)"/.exec(readFileSync(path, 'utf8'))![1]
  }
  const [valley, ridge] = [join(folder, 'valley', 'known'), join(folder, 'ridge', 'known')]
  expect(await idOf(valley)).not.toBe(await idOf(ridge))
  expect(await idOf(valley)).toBe(await idOf(`${valley}/../known`))
})
