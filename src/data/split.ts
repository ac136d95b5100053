import { createHash } from 'node:crypto'
import { check, Rng } from '../base/index.ts'
import { byCodeUnit, knownIdentities, type Photo } from './manifest.ts'

/** Positions in the list of photos, ascending. */
export interface Split {
  readonly train: readonly number[]
  readonly validation: readonly number[]
}

/** How much of each identity validates, and which draw of it. */
export interface SplitOptions {
  /** Of each identity's photos, 0 to 1. */
  readonly fraction?: number
  readonly seed: string | number
}

/** A fifth of each identity's photos validates. */
export const splitDefaults = { fraction: 0.2 } as const

/** An identity with fewer photos trains only; one with more keeps at least two on each side. */
const fewestToSplit = 4
const fewestASide = 2

/**
 * Of each identity with n ≥ 4 photos, round(fraction · n) but at least two validate, and at least two train; identities with
 * fewer are wholly in training. Depends on the seed and the file names, not on the order of photos.
 * It does not keep the photos of one encounter together, so it flatters a model that recognises the moment.
 * @throws InputError where a photo has no identity.
 */
export function stratifiedSplit(photos: readonly Photo[], options: SplitOptions): Split {
  const { fraction, seed } = { ...splitDefaults, ...options }
  check(fraction > 0 && fraction < 1, `validation fraction: expected between 0 and 1, got ${fraction}`)
  const rng = new Rng(seed).fork('split')
  const validation: number[] = []
  for (const [identity, members] of byIdentity(photos)) {
    if (members.length < fewestToSplit) continue
    const wanted = Math.max(fewestASide, Math.round(fraction * members.length))
    const count = Math.min(wanted, members.length - fewestASide)
    validation.push(...rng.fork(identity).shuffle(members).slice(0, count))
  }
  const held = new Set(validation)
  return { train: photos.flatMap((_, i) => (held.has(i) ? [] : [i])), validation: validation.sort((a, b) => a - b) }
}

/** SHA-256 of which photos train and which validate, whatever their order. */
export function hashSplit(photos: readonly Photo[], split: Split): string {
  const side = (indices: readonly number[]) => indices.map((i) => photoKey(photos[i]!)).sort(byCodeUnit)
  return createHash('sha256')
    .update(JSON.stringify([side(split.train), side(split.validation)]))
    .digest('hex')
}

function byIdentity(photos: readonly Photo[]): Map<string, number[]> {
  const identities = knownIdentities(photos, 'validation split')
  const order = photos.map((_, i) => i).sort((a, b) => byCodeUnit(photoKey(photos[a]!), photoKey(photos[b]!)))
  const members = new Map<string, number[]>()
  for (const i of order) {
    const list = members.get(identities[i]!)
    if (list === undefined) members.set(identities[i]!, [i])
    else list.push(i)
  }
  return members
}

/** What tells a photo from others in a split: its file name, and its box where it has one, for one file may show two animals. */
export function photoKey({ filename, box }: Photo): string {
  return box === undefined ? filename : JSON.stringify([filename, box.x, box.y, box.width, box.height])
}
