/** Ranking many photos against many takes minutes, in one go. */
export interface RankProgress {
  /** Called for each query that was ranked; some scores rank all queries twice. */
  readonly onRank?: ((done: number, total: number) => void) | undefined
}
