import { type Interval, intervalDefaults, type NamedPhotos, type ResampleUnit, unitsOf } from './bootstrap.ts'
import { numbered, quantiles, resampleShares } from './resample.ts'

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
   * 95 % intervals of `fnmr` at this threshold: the pairs of an individual's queries, or of an encounter's, are drawn together. The threshold is held, as
   * pairs of two individuals are far more. Null for one unit, and where more pairs of one individual were seen than are kept (2 million).
   */
  readonly intervals: Readonly<Record<ResampleUnit, Interval | null>>
}

const bins = 2 ** 18
const rates = [1e-2, 1e-3] as const

/** With fewer pairs beyond the threshold the rate is an accident. */
const enoughBeyond = 10

/** Pairs of one individual whose cosines are kept one by one: 32 MB. */
const keptAtMost = 2e6

/** Counts the cosines of pairs as they come; memory does not grow with the number of those of two individuals. */
export class PairTally {
  readonly #genuine = new Float64Array(bins)
  readonly #impostor = new Float64Array(bins)
  readonly #queries: NamedPhotos
  /** The bin of each genuine pair that is kept, and its query. */
  readonly #bins: number[] = []
  readonly #queryOf: number[] = []

  constructor(queries: NamedPhotos = { identities: [] }) {
    this.#queries = queries
  }

  add(cosine: number, genuine: boolean, query = 0): void {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((cosine + 1) / 2) * bins)))
    const counts = genuine ? this.#genuine : this.#impostor
    counts[bin]!++
    if (!genuine || this.#bins.length > keptAtMost) return
    this.#bins.push(bin)
    this.#queryOf.push(query)
  }

  /**
   * FNMR(t) = share of genuine pairs with cosine < t, at the least t with FMR(t) = share of impostor pairs with cosine ≥ t at most 0.01,
   * and 0.001 (ISO/IEC 19795-1). A rate for which fewer than ten impostor pairs would lie beyond the threshold is left out.
   */
  scores(): VerificationScores {
    const [genuine, impostor] = [this.#genuine, this.#impostor].map((counts) => counts.reduce((a, b) => a + b, 0))
    const enough = genuine! > 0 ? rates.filter((fmr) => fmr * impostor! >= enoughBeyond) : []
    return { genuine: genuine!, impostor: impostor!, at: enough.map((fmr) => this.#at(fmr, genuine!, impostor!)) }
  }

  #at(fmr: number, genuine: number, impostor: number): FnmrAtFmr {
    let [bin, beyond, accepted] = [bins, 0, 0]
    while (bin > 0 && beyond + this.#impostor[bin - 1]! <= fmr * impostor) {
      bin--
      beyond += this.#impostor[bin]!
      accepted += this.#genuine[bin]!
    }
    const intervals = { identity: this.#interval(bin, 'identity'), encounter: this.#interval(bin, 'encounter') }
    return { fmr, threshold: (2 * bin) / bins - 1, fnmr: 1 - accepted / genuine, intervals }
  }

  /** The pairs of a unit that are below the bin, and all of them, drawn together. */
  #interval(bin: number, by: ResampleUnit): Interval | null {
    const isUnknown = by === 'encounter' && this.#queries.encounters === undefined
    if (isUnknown || this.#bins.length > keptAtMost) return null
    const names = unitsOf(this.#queries, by)
    const own = numbered(this.#queryOf.map((query) => names[query] ?? ''))
    const units = own.reduce((most, unit) => Math.max(most, unit), -1) + 1
    if (units < 2) return null
    const [missed, all] = [new Float64Array(units), new Float64Array(units)]
    this.#bins.forEach((pair, i) => {
      all[own[i]!]!++
      if (pair < bin) missed[own[i]!]!++
    })
    const { level, resamples, seed } = intervalDefaults
    const [low, high] = quantiles(resampleShares(missed, all, { resamples, seed }), [(1 - level) / 2, (1 + level) / 2])
    return [low!, high!]
  }
}
