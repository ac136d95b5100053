import { describe, expect, it } from 'vitest'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { firstRoundSides } from './round-sides.ts'
import { type RoundModel, type SecondRoundInput, secondRound } from './second-round.ts'

type At = readonly [degrees: number, file: string, more?: Partial<Photo>]

/** Embeddings on a circle. */
function embedded(photos: readonly At[]): PhotoEmbeddings {
  const radians = photos.map(([degrees]) => (degrees * Math.PI) / 180)
  return {
    embeddings: {
      count: photos.length,
      dim: 2,
      data: Float32Array.from(radians.flatMap((a) => [Math.cos(a), Math.sin(a)])),
    },
    photos: photos.map(([, file, more]) => ({ filename: `${file}.png`, path: `${file}.png`, extra: {}, ...more })),
    contentHashes: photos.map(([, file]) => file),
    skipped: [],
  }
}

const [A, B] = [{ identity: 'A' }, { identity: 'B' }]
const known: readonly At[] = [
  [0, 'a0', { ...A, encounter: 'A1' }],
  [2, 'a1', { ...A, encounter: 'A2' }],
  [4, 'a2', { ...A, encounter: 'A3' }],
  [60, 'b0', { ...B, encounter: 'B1' }],
  [62, 'b1', { ...B, encounter: 'B2' }],
  [64, 'b2', { ...B, encounter: 'B3' }],
]

function round(unlabelled: readonly At[], more: Partial<SecondRoundInput> & { readonly second?: readonly At[] } = {}) {
  const model = (photos: readonly At[]): RoundModel => ({ known: embedded(known), unlabelled: embedded(photos) })
  const models = [model(unlabelled), model(more.second ?? unlabelled)]
  return { models, sides: known.map(() => undefined), seen: new Set<string>(), ...more }
}

const outcome = (input: SecondRoundInput, options = {}) =>
  secondRound(input, options).photos.map(({ identity, reason }) => [identity, reason])

describe('secondRound', () => {
  it('proposes where the models agree, and leaves out files that are known or were seen', () => {
    const photos: At[] = [
      [1, 'new'],
      [1, 'a1'],
      [61, 'validated'],
      [61, 'other'],
      [1, 'new'],
      [32, 'between'],
    ]
    const found = secondRound(round(photos, { seen: new Set(['validated']) }), { k: 2 })
    expect(found.photos.map(({ identity, reason }) => [identity, reason])).toEqual([
      ['A', 'agreed'],
      [null, 'knownFile'],
      [null, 'knownFile'],
      ['B', 'agreed'],
      [null, 'repeatedFile'],
      [null, 'not among the nearest'],
    ])
    expect(found.photos.map(({ confidence }) => confidence)).toEqual([1, null, null, 1, null, 1])
    expect(found).toMatchObject({ gallery: 6, individuals: 2, confidence: 'share' })
    const second: At[] = photos.map(([, file]) => [61, file])
    expect(outcome(round(photos, { second }), { k: 2 })[0]).toEqual([null, 'models disagree'])
  })

  it('lets no photo that validates give a name, and names none of its sightings', () => {
    const sides = known.map((_, i) => (i === 2 || i === 5 ? ('validation' as const) : ('train' as const)))
    const photos: At[] = [
      [1, 'n0', { encounter: 'A3' }], // of A's sighting that validates
      [61, 'n1', { encounter: 'A3' }], // called alike, but another individual's
      [1, 'n2', { split: 'validation' }],
      [4, 'n3'], // as near as the photo that validates, which takes no part
    ]
    const found = secondRound(round(photos, { sides }), { k: 2 })
    expect(found.photos.map(({ identity, reason }) => [identity, reason])).toEqual([
      [null, 'scoredSighting'],
      ['B', 'agreed'],
      [null, 'scoredSide'],
      ['A', 'agreed'],
    ])
    expect(found.gallery).toBe(4)
  })

  it('takes no name from a proposed one, and does not compare flanks', () => {
    const guessed = known.map(
      ([at, file, more], i): At => [
        at,
        file,
        { ...more, flank: i < 3 ? 'left' : 'right', ...(i === 0 ? { proposed: true } : {}) },
      ],
    )
    const photos: At[] = [
      [61, 'n0', { flank: 'left' }],
      [61, 'n1', { flank: 'right' }],
    ]
    const model = { known: embedded(guessed), unlabelled: embedded(photos) }
    const input = { models: [model, model], sides: guessed.map(() => undefined), seen: new Set<string>() }
    expect(secondRound(input).gallery).toBe(5)
    expect(outcome(input)).toEqual([
      [null, 'not confident'],
      ['B', 'agreed'],
    ])
    expect(outcome(input, { flanks: 'any' })[0]).toEqual(['B', 'agreed'])
  })

  it('asks a calibration where there is one: of a model, or of all as one', () => {
    const scores = {
      fusion: { kind: 'embedding' },
      curve: { kind: 'logistic', slope: 40, intercept: -38 },
      prior: 0.5,
      answers: { shift: 0, slope: 1, cohort: 0, photos: 0 },
      measured: null,
    } as const
    const input = round([
      [1, 'n0'],
      [20, 'n1'],
    ])
    const [first, second] = input.models
    const one = secondRound({ ...input, models: [{ ...first!, scores }, second!] }, { k: 6 })
    expect(one.confidence).toBe('mixed')
    expect(one.photos[0]!.confidence).toBeGreaterThan(0.5)
    expect(one.photos[0]!.confidence).toBeLessThan(1)
    const both = secondRound({ ...input, together: { ...first!, scores } }, { k: 6 })
    expect(both.confidence).toBe('probability')
    expect(both.photos[0]!.confidence).toBe(one.photos[0]!.confidence)
    expect(both.photos[1]!.confidence).toBeLessThan(both.photos[0]!.confidence!)
    const least = both.photos[1]!.confidence! + 1e-6
    expect(outcome({ ...input, together: { ...first!, scores } }, { k: 6, confidence: least })).toEqual([
      ['A', 'agreed'],
      [null, 'not confident'],
    ])
  })

  it('a burst takes no place among its own nearest photos', () => {
    const burst = known.map(
      ([at, file, more], i): At => [at, file, { ...more, encounter: i < 3 ? 'one burst' : `b${i}` }],
    )
    const model = { known: embedded(burst), unlabelled: embedded([[9, 'n0']]) }
    expect(outcome({ models: [model, model], sides: burst.map(() => undefined), seen: new Set() }, { k: 1 })).toEqual([
      ['A', 'agreed'],
    ])
    expect(outcome(round([[9, 'n0']]), { k: 1 })).toEqual([[null, 'not among the nearest']])
  })

  it('asks nobody where all files are known', () => {
    expect(
      secondRound(
        round([
          [1, 'a1'],
          [60, 'b0'],
        ]),
      ).photos.map(({ reason }) => reason),
    ).toEqual(['knownFile', 'knownFile'])
  })

  it('needs several models', () => {
    const { models, ...input } = round([[1, 'n0']])
    expect(() => secondRound({ ...input, models: models.slice(0, 1) })).toThrow('expected two models or more')
  })
})

describe('firstRoundSides', () => {
  const photos = embedded(known)
  it('are the table’s, else those of the run, by content', () => {
    const contents = { train: ['a0', 'a1'], validation: ['a2', 'elsewhere'] }
    const sides = ['train', 'train', 'validation', 'train', 'train', 'train']
    expect(firstRoundSides(photos, { contents })).toEqual(sides)
    expect(firstRoundSides(photos, undefined)).toEqual(new Array(6).fill(undefined))
    expect(firstRoundSides(photos, { contents: { train: ['a0'], validation: ['elsewhere'] } })).toEqual(
      new Array(6).fill(undefined),
    )
    const split = embedded(
      known.map(([at, file, more], i): At => [at, file, { ...more, split: i === 0 ? 'test' : 'train' }]),
    )
    expect(firstRoundSides(split, { contents })).toEqual(['test', 'train', 'train', 'train', 'train', 'train'])
  })
})
