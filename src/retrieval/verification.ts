import { type Interval, intervalDefaults, type NamedPhotos, type ResampleUnit, unitsOf } from './bootstrap.ts'
import { type DrawnRate, drawFnmr } from './pair-draws.ts'
import { PairSample } from './pair-sample.ts'
import { numbered, quantiles } from './resample.ts'

/** How often two photos of one individual are taken for two, at a stated rate of the opposite error. */
export interface VerificationScores {
  /** Pairs of a query and a gallery photo of one individual, and of two. */
  readonly genuine: number
  readonly impostor: number
  readonly at: readonly FnmrAtFmr[]
}

/** False non-match rate at a false match rate. */
export interface FnmrAtFmr {
  /** Share of pairs of two individuals that may be taken for one. */
  readonly fmr: number
  /** The least cosine that keeps to it, in steps of 2⁻¹⁷. */
  readonly threshold: number
  /** Share of pairs of one individual below the threshold. */
  readonly fnmr: number
  /**
   * 95 % intervals of `fnmr` at this FMR: units are drawn with all pairs that their photos are in, and the threshold is found anew in each draw.
   * Null for one unit or two, and for encounters where none are known.
   */
  readonly intervals: Readonly<Record<ResampleUnit, Interval | null>>
}

const bins = 2 ** 18
const rates = [1e-2, 1e-3] as const

/** With fewer pairs beyond the threshold the rate is an accident. */
const enoughBeyond = 10

/** Two units leave a single pair of units: no draw of them differs from another. */
const fewestUnits = 3

/** Counts the cosines of pairs as they come; memory does not grow beyond a million pairs of each kind. */
export class PairTally {
  readonly #genuine = new Float64Array(bins)
  readonly #impostor = new Float64Array(bins)
  readonly #kept = { genuine: new PairSample(), impostor: new PairSample() }
  readonly #photos: { readonly queries: NamedPhotos; readonly gallery: NamedPhotos }

  constructor(queries: NamedPhotos = { identities: [] }, gallery: NamedPhotos = queries) {
    this.#photos = { queries, gallery }
  }

  /** A pair by its cosine, whether both photos show one individual, and where both stand among the queries and in the gallery. */
  add(cosine: number, genuine: boolean, query = 0, gallery = 0): void {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((cosine + 1) / 2) * bins)))
    const counts = genuine ? this.#genuine : this.#impostor
    counts[bin]!++
    this.#kept[genuine ? 'genuine' : 'impostor'].add(bin, query, gallery)
  }

  /**
   * FNMR(t) = share of genuine pairs with cosine < t, at the least t with FMR(t) = share of impostor pairs with cosine ≥ t at most 0.01,
   * and 0.001 (ISO/IEC 19795-1). A rate for which fewer than ten impostor pairs would lie beyond the threshold is left out.
   */
  scores(): VerificationScores {
    const [genuine, impostor] = [this.#genuine, this.#impostor].map((counts) => counts.reduce((a, b) => a + b, 0))
    const enough = genuine! > 0 ? rates.filter((fmr) => fmr * impostor! >= enoughBeyond) : []
    const found = enough.map((fmr) => this.#at(fmr, impostor!))
    const [identity, encounter] = [this.#intervals(found, 'identity'), this.#intervals(found, 'encounter')]
    const at = found.map(({ fmr, bin, accepted }, r) => ({
      fmr,
      threshold: (2 * bin) / bins - 1,
      fnmr: 1 - accepted / genuine!,
      intervals: { identity: identity[r] ?? null, encounter: encounter[r] ?? null },
    }))
    return { genuine: genuine!, impostor: impostor!, at }
  }

  #at(fmr: number, impostor: number): DrawnRate & { readonly accepted: number } {
    let [bin, beyond, accepted] = [bins, 0, 0]
    while (bin > 0 && beyond + this.#impostor[bin - 1]! <= fmr * impostor) {
      bin--
      beyond += this.#impostor[bin]!
      accepted += this.#genuine[bin]!
    }
    return { fmr, bin, accepted }
  }

  /** An interval for each rate; none where there is too little to draw from. */
  #intervals(found: readonly DrawnRate[], by: ResampleUnit): Interval[] {
    const { queries, gallery } = this.#photos
    const isUnknown = by === 'encounter' && (queries.encounters === undefined || gallery.encounters === undefined)
    if (found.length === 0 || isUnknown) return []
    const asked = queries.identities.length
    const names = [...unitsOf(queries, by), ...(gallery === queries ? [] : unitsOf(gallery, by, asked))]
    const all = numbered(names)
    const units = all.reduce((most, unit) => Math.max(most, unit), -1) + 1
    if (units < fewestUnits) return []
    const queryUnit = all.subarray(0, asked)
    const galleryUnit = gallery === queries ? queryUnit : all.subarray(asked)
    const { level, resamples, seed } = intervalDefaults
    const drawn = drawFnmr({ ...this.#kept, units, queryUnit, galleryUnit }, found, { resamples, seed })
    return drawn.map((values) => {
      const [low, high] = quantiles(Float64Array.from(values), [(1 - level) / 2, (1 + level) / 2])
      return [low!, high!]
    })
  }
}
