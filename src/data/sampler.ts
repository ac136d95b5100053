import { check, counted, Rng, unreachable } from '../base/index.ts'
import { type Curriculum, hardDraw } from './hard-draw.ts'
import { cycle, type PhotoWalk, photoWalk } from './photo-walk.ts'

/** How an epoch's batches are drawn. */
export type SamplerKind = 'shuffled' | 'class-balanced' | 'pxk'

/** How batches are drawn: a pure function of this, the identities and the epoch. */
export interface SamplerConfig {
  readonly kind: SamplerKind
  readonly batchSize: number
  readonly seed: string | number
  /** For `pxk`: identities a batch. */
  readonly p?: number
  /** For `pxk`: photos of each. `p · k` is the batch size. */
  readonly k?: number
  /** For `pxk`: each photo's encounter, '' where it is not known. */
  readonly encounters?: readonly string[] | undefined
  /** Draws hard individuals more often; identities are its indices. */
  readonly curriculum?: Curriculum | undefined
}

/**
 * The batches of an epoch as positions in `identities` (each photo's identity as an index), a pure function of (seed, epoch).
 * Training shapes are static, so each batch has exactly `batchSize`; there are max(1, ⌊photos / batchSize⌋).
 *
 * - shuffled: each photo at most once an epoch, the rest of an incomplete last batch left out; a dataset smaller than a batch
 *   goes round again.
 * - class-balanced: identities take turns in random order, each giving its next photo and beginning again when it has none left.
 * - pxk: `p` different identities a batch, `k` photos of each next to each other, different ones where it has `k`, of different encounters
 *   where those are known and it has `k` of them; an identity with fewer photos gives some twice.
 *
 * With a curriculum, a share of the photos, or of the identities of `pxk`, are hard ones instead: one by its hardness, then one that it is
 * taken for.
 * @throws InputError where a photo has no identity (< 0), there are fewer than `p` of them, or p · k is not the batch size.
 */
export function epochBatches(config: SamplerConfig, identities: Int32Array, epoch: number): Int32Array[] {
  const { kind, batchSize, seed } = config
  check(Number.isInteger(batchSize) && batchSize > 0, `batch size: expected a whole number above 0, got ${batchSize}`)
  check(identities.length > 0, 'no photo is left to train on: all are set aside, or show nobody known')
  const rng = new Rng(seed).fork('sampler').fork(kind).fork(epoch)
  const count = Math.max(1, Math.floor(identities.length / batchSize))
  switch (kind) {
    case 'shuffled': {
      const photos = cycle(Array.from(identities.keys()), rng)
      return batches(count, batchSize, withHardPhotos(photos, config, identities, rng))
    }
    case 'class-balanced': {
      const members = cyclesOf(identities, rng)
      const turns = cycle([...members.keys()], rng.fork('turns'))
      return batches(
        count,
        batchSize,
        withHardPhotos(() => members.get(turns())!(1)[0]!, config, identities, rng),
      )
    }
    case 'pxk':
      return identityBatches(config, identities, count, rng)
    default:
      return unreachable(kind)
  }
}

function identityBatches(config: SamplerConfig, identities: Int32Array, count: number, rng: Rng): Int32Array[] {
  const { batchSize, p = 0, k = 0 } = config
  check(
    Number.isInteger(p) && Number.isInteger(k) && p > 0 && k > 0 && p * k === batchSize,
    `sampler pxk: expected p · k = batch size, got ${p} · ${k} and ${batchSize}`,
  )
  const members = cyclesOf(identities, rng, config.encounters)
  check(
    members.size >= p,
    `sampler pxk: ${counted(p, 'identity', 'identities')} a batch, but there are ${members.size}`,
  )
  const next = cycle([...members.keys()], rng.fork('turns'))
  const hard = hardIndividuals(config, members, rng)
  const waiting: number[] = []
  return Array.from({ length: count }, () => {
    const chosen = distinct(p, next, waiting, hard(p))
    return Int32Array.from(chosen.flatMap((identity) => members.get(identity)!(k)))
  })
}

/** Where a curriculum says so, the photo of a hard individual takes the place of the one whose turn it is. */
function withHardPhotos(next: () => number, config: SamplerConfig, identities: Int32Array, rng: Rng): () => number {
  if (config.curriculum === undefined) return next
  const members = cyclesOf(identities, rng.fork('hard photos'))
  const hard = hardIndividuals(config, members, rng)
  return () => {
    const own = next()
    const [individual] = hard(1)
    return individual === undefined ? own : members.get(individual)!(1)[0]!
  }
}

/** Of `n` draws those that a curriculum takes: hard individuals that have photos. */
function hardIndividuals(
  { curriculum }: SamplerConfig,
  members: ReadonlyMap<number, unknown>,
  rng: Rng,
): (n: number) => readonly number[] {
  const own = rng.fork('curriculum')
  const draw = curriculum && hardDraw(curriculum.difficulty, own)
  if (curriculum === undefined || draw === undefined) return () => []
  return (n) => {
    const taken = Array.from({ length: n }, () => own.chance(curriculum.strength)).filter((isTaken) => isTaken)
    return taken.map(draw).filter((individual) => members.has(individual))
  }
}

/** `n` different values, `wanted` first; one that comes up again waits for the next batch, so that nobody misses a turn. */
function distinct(n: number, next: () => number, waiting: number[], wanted: readonly number[]): number[] {
  const chosen = new Set<number>(wanted)
  const queue = waiting.splice(0)
  while (chosen.size < n) {
    const value = queue.shift() ?? next()
    if (chosen.has(value)) waiting.push(value)
    else chosen.add(value)
  }
  waiting.push(...queue)
  return [...chosen]
}

/** For each identity an endless walk through its photos. */
function cyclesOf(identities: Int32Array, rng: Rng, encounters: readonly string[] = []): Map<number, PhotoWalk> {
  const encounterOf = (photo: number) => encounters[photo] ?? ''

  const members = new Map<number, number[]>()
  identities.forEach((identity, photo) => {
    check(identity >= 0, `sampler: photo ${photo} has no identity`)
    const list = members.get(identity)
    if (list === undefined) members.set(identity, [photo])
    else list.push(photo)
  })
  const sorted = [...members].sort(([a], [b]) => a - b)
  return new Map(sorted.map(([identity, photos]) => [identity, photoWalk(photos, encounterOf, rng.fork(identity))]))
}

function batches(count: number, batchSize: number, next: () => number): Int32Array[] {
  return Array.from({ length: count }, () => Int32Array.from({ length: batchSize }, next))
}
