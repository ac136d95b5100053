import type { Rng } from '../base/index.ts'

/** An endless walk: all items in random order, then all in another. */
export function cycle<T>(items: readonly T[], rng: Rng): () => T {
  let round = 0
  let left: T[] = []
  return () => {
    if (left.length === 0) left = rng.fork(`round ${round++}`).shuffle(items)
    return left.pop()!
  }
}

/** Gives k photos of one individual: none twice while it has others, and of as many encounters as it has. */
export type PhotoWalk = (k: number) => readonly number[]

/** One encounter of an individual, and how its photos come. */
interface Sighting {
  readonly photos: number
  readonly next: () => number
}

/**
 * An endless walk through the photos of one individual. Encounters take turns, the one that was drawn longest ago first; a photo whose
 * encounter is '' is one of its own, unless no encounter is known: then photos come as `cycle` gives them.
 */
export function photoWalk(photos: readonly number[], encounterOf: (photo: number) => string, rng: Rng): PhotoWalk {
  const queue = sightingsOf(photos, encounterOf, rng)
  return (k) => {
    const drawn: number[] = []
    while (drawn.length < k) drawn.push(...round(queue, photos.length, k - drawn.length))
    return drawn
  }
}

/** Up to `most` photos, none twice: as many from each encounter as go, one after the other. */
function round(queue: Sighting[], photos: number, most: number): number[] {
  const seen = new Set<number>()
  const left = new Map(queue.map((sighting) => [sighting, sighting.photos]))
  const turns = new Map(queue.map((sighting) => [sighting, 0]))
  while (seen.size < Math.min(most, photos)) {
    const fewest = Math.min(...queue.filter((one) => left.get(one)! > 0).map((one) => turns.get(one)!))
    const at = queue.findIndex((one) => left.get(one)! > 0 && turns.get(one) === fewest)
    const sighting = queue.splice(at, 1)[0]!
    queue.push(sighting)
    left.set(sighting, left.get(sighting)! - 1)
    turns.set(sighting, turns.get(sighting)! + 1)
    seen.add(unseen(sighting.next, seen))
  }
  return [...seen]
}

function unseen(next: () => number, seen: ReadonlySet<number>): number {
  let photo = next()
  while (seen.has(photo)) photo = next()
  return photo
}

function sightingsOf(photos: readonly number[], encounterOf: (photo: number) => string, rng: Rng): Sighting[] {
  if (photos.every((photo) => encounterOf(photo) === '')) return [{ photos: photos.length, next: cycle(photos, rng) }]
  const groups = new Map<string, number[]>()
  for (const photo of photos) {
    const key = encounterOf(photo) === '' ? `photo ${photo}` : `encounter ${encounterOf(photo)}`
    groups.set(key, [...(groups.get(key) ?? []), photo])
  }
  const order = rng.fork('encounters').shuffle([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
  return order.map(([key, own]) => ({ photos: own.length, next: cycle(own, rng.fork(key)) }))
}
