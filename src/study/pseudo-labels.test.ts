import { expect, it } from 'vitest'
import type { Embeddings } from '../retrieval/index.ts'
import { proposeLabels } from './pseudo-labels.ts'

const at = (...degrees: readonly number[]): Embeddings => ({
  count: degrees.length,
  dim: 2,
  data: Float32Array.from(degrees.flatMap((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)])),
})

/** Two individuals; the last photo of A stands beside those of B. */
const identities = ['A', 'A', 'A', 'B', 'B', 'B']
const gallery = at(0, 2, 4, 60, 62, 64)
const first = { gallery, queries: at(1, 61, 30, 3) }

it('a name is proposed where every model agrees, is confident, and has the photo among the nearest', () => {
  const second = { gallery, queries: at(3, 1, 31, 30) }
  const proposals = proposeLabels([first, second], identities, { k: 2 })
  expect(proposals.map(({ identity, reason }) => [identity, reason])).toEqual([
    ['A', 'agreed'],
    [null, 'models disagree'],
    [null, 'not among the nearest'],
    [null, 'not among the nearest'],
  ])
  expect(proposals[0]).toMatchObject({ confidence: 1, votes: [{ identity: 'A', reciprocal: true }, { nearest: 1 }] })
  // 26 degrees from A's last photo: nearer than any stranger of the known ones (56 degrees), but no nearest neighbour of it
  expect(proposals[2]!.votes[0]).toMatchObject({ nearest: 2, confidence: 1, reciprocal: false })
})

it('a photo that is no nearer than strangers are to known photos has no name', () => {
  const near = at(0, 2, 4, 20, 62, 64) // nearest strangers at 20, 18, 16, 16, 58 and 60 degrees
  const view = { gallery: near, queries: at(37) }
  const [proposed] = proposeLabels([view, view], identities, { k: 5 })
  expect(proposed).toMatchObject({ identity: null, reason: 'not confident' })
  expect(proposed!.confidence).toBeCloseTo(4 / 6, 5) // 17 degrees: four known photos have no stranger as near
  expect(proposeLabels([view, view], identities, { k: 5, confidence: 0.6 })[0]!.identity).toBe('B')
})

it('two models are needed, and settings that mean something', () => {
  expect(() => proposeLabels([first], identities)).toThrow('expected two models or more that can agree, got 1')
  expect(() => proposeLabels([first, first], identities, { confidence: 0 })).toThrow('confidence: expected a number')
  expect(() => proposeLabels([first, first], identities, { k: 0 })).toThrow('k: expected a whole number')
  expect(() => proposeLabels([first, first], new Array(6).fill('A'))).toThrow('two individuals or more')
})
