import { Rng } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'

/** How drawn animals live. */
export interface HomeRanges {
  readonly individuals: number
  /** Stations stand on a square grid of so many a side. */
  readonly side: number
  /** Of an animal's home, in distances between stations. */
  readonly rangeStations: number
  /** How long an animal is in the area, on average. */
  readonly stayDays: number
}

/** Thirty animals at 25 stations for some 500 of 1000 days, each at stations around its own place. */
export const homeRangeDefaults = {
  individuals: 30,
  side: 5,
  rangeStations: 0.8,
  stayDays: 500,
} as const satisfies HomeRanges

const areaDays = 1000
const dayMs = 86_400_000

/** Sightings of animals with homes: a photo each, with its station and time. There is nothing to be seen on them. */
export function drawnSightings(seed: number, changes: Partial<HomeRanges> = {}): Photo[] {
  const { individuals, side, rangeStations, stayDays } = { ...homeRangeDefaults, ...changes }
  return Array.from({ length: individuals }, (_, i) => {
    const rng = new Rng(seed).fork(i)
    const [homeX, homeY] = [rng.uniform(0, side - 1), rng.uniform(0, side - 1)]
    const comes = rng.uniform(-stayDays / 4, areaDays - stayDays / 2)
    const [first, last] = [Math.max(0, comes), Math.min(areaDays, comes + stayDays * rng.uniform(0.5, 1.5))]
    const stations = Array.from({ length: side * side }, (_, s) => {
      const off = (s % side) - homeX
      const up = Math.floor(s / side) - homeY
      return Math.exp(-(off * off + up * up) / (2 * rangeStations * rangeStations))
    })
    const total = stations.reduce((sum, weight) => sum + weight, 0)
    return Array.from({ length: 2 + Math.floor(30 * rng.uniform(0, 1) * rng.uniform(0, 1)) }, (_, k): Photo => {
      let left = rng.uniform(0, total)
      const at = stations.findIndex((weight) => (left -= weight) <= 0)
      const time = new Date(Date.UTC(2020, 0, 1) + rng.uniform(first, last) * dayMs).toISOString()
      const filename = `${i}-${k}.jpg`
      return { filename, path: filename, identity: `animal ${i}`, camera: `station ${at}`, timestamp: time, extra: {} }
    })
  }).flat()
}
