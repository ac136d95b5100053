import { Rng } from '../base/index.ts'
import type { ReportData } from './data.ts'

/** An order drawn by lot. */
export interface Lots {
  /** Which photo comes at each new place, and each photo's new place. */
  readonly photos: readonly number[]
  readonly photoAt: readonly number[]
  /** Which individual comes at each new place, and each individual's new place. */
  readonly identities: readonly number[]
  readonly identityAt: readonly number[]
  /** The new place of each photo's individual. */
  readonly ownerOf: readonly number[]
  /** Encounters as they come among the photos' new order. */
  readonly meetings: readonly string[]
}

/** The same key gives the same lots. */
export function drawLots({ photos: shown, identities: names }: ReportData, key: string): Lots {
  const rng = new Rng(key)
  const photos = rng.shuffle(shown.map((_, i) => i))
  const identities = rng.shuffle(names.map((_, i) => i))
  const identityAt = inverse(identities)
  return {
    photos,
    photoAt: inverse(photos),
    identities,
    identityAt,
    ownerOf: shown.map(({ identity }) => identityAt[identity]!),
    meetings: [...new Set(photos.map((i) => shown[i]!.encounter))].filter((name) => name !== ''),
  }
}

function inverse(order: readonly number[]): number[] {
  const places = new Array<number>(order.length)
  order.forEach((from, to) => {
    places[from] = to
  })
  return places
}
