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
}

const bins = 2 ** 18
const rates = [1e-2, 1e-3] as const

/** With fewer pairs beyond the threshold the rate is an accident. */
const enoughBeyond = 10

/** Counts the cosines of pairs as they come; memory does not grow with their number. */
export class PairTally {
  readonly #genuine = new Float64Array(bins)
  readonly #impostor = new Float64Array(bins)

  add(cosine: number, genuine: boolean): void {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((cosine + 1) / 2) * bins)))
    const counts = genuine ? this.#genuine : this.#impostor
    counts[bin]!++
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
    return { fmr, threshold: (2 * bin) / bins - 1, fnmr: 1 - accepted / genuine }
  }
}
