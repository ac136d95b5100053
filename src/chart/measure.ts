/** What similarities of photos are: cosines of embeddings, or with places of the coat, alone or fused with the cosines. */
export type Measure = 'cosine' | 'local' | 'fused'

interface MeasureWords {
  readonly one: string
  readonly many: string
  readonly distance: string
  /** Before a number. */
  readonly short: string
}

/** What the similarities of each measure are called. */
export const measureWords = {
  cosine: {
    one: 'cosine similarity',
    many: 'cosine similarities',
    distance: 'cosine distance, 1 − cos,',
    short: 'cos',
  },
  local: {
    one: 'similarity by places of the coat',
    many: 'similarities by places of the coat',
    distance: 'distance by places of the coat, 1 − similarity,',
    short: 'similarity',
  },
  fused: {
    one: 'similarity fused with places of the coat',
    many: 'similarities fused with places of the coat',
    distance: 'fused distance, 1 − similarity,',
    short: 'similarity',
  },
} as const satisfies Record<Measure, MeasureWords>

/** Words that begin a sentence. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
