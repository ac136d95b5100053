import { expect, test } from 'vitest'
import { cellKeypoints, cellMap } from '../../test/matcher-fixture.ts'
import { Rng } from '../base/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { type LocalFeatures, storeDescriptor } from './features.ts'
import { fusionOf, localScore } from './fusion.ts'
import { inJointOrder, jointFingerprint, jointShares, openJointMatcher } from './joint.ts'
import { type LocalAnswer, openMatcher } from './matcher.ts'
import { openExtractors, releaseExtractors } from './open-extractor.ts'
import { packFeatures } from './packed.ts'
import { type MatchRule, siftRule } from './rule.ts'

/** Places of a coat, described by unit vectors, as they are seen `shift` pixels to the right. */
function coat(seed: string, { dim, shift = 0 }: { readonly dim: number; readonly shift?: number }): LocalFeatures {
  const [rng, count] = [new Rng(seed), 12]
  const descriptors = new Uint8Array(count * dim)
  const keypoints = new Float32Array(count * 4)
  for (let k = 0; k < count; k++) {
    const values = Array.from({ length: dim }, () => rng.normal())
    const norm = Math.hypot(...values)
    storeDescriptor(
      values.map((value) => value / norm),
      descriptors,
      k * dim,
    )
    keypoints.set([rng.uniform(0, 300) + shift, rng.uniform(0, 200), 2, 1], k * 4)
  }
  return { count, dim, keypoints, descriptors, reliability: new Float32Array(count) }
}

const upright: MatchRule = { ratio: 1, sureWeight: 0.1, oriented: false }
const [first, second] = [
  { dim: 16, rule: siftRule, fingerprint: 'b' },
  { dim: 8, rule: upright, fingerprint: 'a' },
]
const galleryOf = (dim: number) => ['Ana', 'Bo', 'Caua'].map((name) => coat(`${name} ${dim}`, { dim }))
const queryOf = (dim: number) => coat(`Bo ${dim}`, { dim, shift: 5 })
const how = { neighbours: 4, individuals: [0, 1, 2] }
const everybody = () => [0, 1, 2]

test('two matchers each find their own places, and what these weigh is added up', async () => {
  const backend = await ortBackend({ threads: 1 })
  const alone: LocalAnswer[] = []
  for (const { dim, rule } of [first, second]) {
    const matcher = await openMatcher(packFeatures(galleryOf(dim), dim), backend, rule)
    alone.push(await matcher.answer(queryOf(dim), { ...how, shortlist: everybody }))
    await matcher.release()
  }
  const [a, b] = [alone[0]!.matches.get(1)!, alone[1]!.matches.get(1)!]
  expect([a.inliers.length, b.inliers.length]).toEqual([12, 12])

  const together = { extractors: [first, second], features: [galleryOf(16), galleryOf(8)] }
  const joint = await openJointMatcher(together, backend)
  const { votes, matches } = await joint.answer([queryOf(16), queryOf(8)], { ...how, shortlist: everybody })
  await joint.release()
  const share = 0.25 * (0.05 / 0.1) // a quarter, and its sure weight is twice as large
  expect(jointShares([first, second])).toEqual([1, share])
  const match = matches.get(1)!
  expect(match.weight).toBeCloseTo(a.weight + share * b.weight, 12)
  expect(match.places).toEqual(Float32Array.from([...a.places, ...b.places]))
  expect(match.parts.map(({ weight }) => weight)).toEqual([a.weight, b.weight])
  expect(matches.get(0)!.weight).toBe(0)
  votes.photos.forEach((value, photo) => {
    expect(value).toBeCloseTo(alone[0]!.votes.photos[photo]! + share * alone[1]!.votes.photos[photo]!, 12)
  })
})

test('a query asked in two ways at once has the answers of both, each weighed by its own background', async () => {
  const together = { extractors: [first, second], features: [galleryOf(16), galleryOf(8)] }
  const joint = await openJointMatcher(together, await ortBackend({ threads: 1 }))
  const query = [queryOf(16), queryOf(8)]
  const ways = [
    { ...how, shortlist: everybody },
    { ...how, leaveOut: (photo: number) => photo === 1, shortlist: () => [0, 2] },
  ]
  const both = await joint.answers(query, ways)
  const apart = [await joint.answer(query, ways[0]!), await joint.answer(query, ways[1]!)]
  await joint.release()
  expect(both).toEqual(apart)
  expect([...both[1]!.matches.keys()]).toEqual([0, 2])
  expect(both[1]!.votes.photos[1]).toBe(0)
  expect(both[0]!.votes.photos[1]).toBeGreaterThan(0)
})

test('one matcher alone is what it is without the others, whatever share its rule states', async () => {
  const backend = await ortBackend({ threads: 1 })
  const rule = { ...upright, jointShare: 0.1 }
  const matcher = await openMatcher(packFeatures(galleryOf(8), 8), backend, rule)
  const own = await matcher.answer(queryOf(8), { ...how, shortlist: everybody })
  const joint = await openJointMatcher({ extractors: [{ dim: 8, rule }], features: [galleryOf(8)] }, backend)
  const answer = await joint.answer([queryOf(8)], { ...how, shortlist: everybody })
  for (const photo of everybody()) {
    const [one, other] = [own.matches.get(photo)!, answer.matches.get(photo)!]
    expect([other.weight, other.places]).toEqual([one.weight, one.places])
  }
  expect(answer.votes.photos).toEqual(own.votes.photos)
  expect(localScore({ weight: 0.1 }, fusionOf([{ rule }]))).toBeCloseTo(15 / 16, 12)
  await matcher.release()
  await joint.release()
})

test('the order in which matchers are named changes nothing, and a set of matchers has a fingerprint of its own', () => {
  expect(inJointOrder([second, first])).toEqual([first, second])
  expect(inJointOrder([first, second])).toEqual([first, second])
  const names = new Set([[first], [second], [first, second]].map(jointFingerprint))
  expect(names.size).toBe(3)
  expect(jointFingerprint([second])).toBe('a')
  const other = { ...second, rule: { ...upright, jointShare: 1 } }
  expect(jointFingerprint([first, other])).not.toBe(jointFingerprint([first, second]))
})

test('matchers are opened together; twice the same and a description of two networks are refused', async () => {
  const [keypoints, map] = [cellKeypoints(), cellMap({ matching: { jointShare: 2 } })]
  const opened = await openExtractors([keypoints, 'sift', map], { threads: 1 })
  expect(opened.map(({ rule }) => rule.jointShare ?? 0.25)).toEqual([2, 1, 0.25])
  await releaseExtractors(opened)
  await expect(openExtractors(['sift', ''], { threads: 1 })).rejects.toThrow(
    "`matcher`: expected a name, got an empty one among 'sift', ''",
  )
  await expect(openExtractors(['sift', 'coat', 'sift'], { threads: 1 })).rejects.toThrow('`matcher`: sift: named twice')
  await expect(openExtractors([keypoints, map], { matcherConfig: 'superpoint' })).rejects.toThrow(
    '`matcherConfig`: describes one .onnx file, and `matcher` names 2',
  )
  await expect(openExtractors(['sift', 'coat'], { matcherConfig: 'superpoint' })).rejects.toThrow(
    '`matcherConfig`: describes an .onnx file, and `matcher` is sift, coat',
  )
})
