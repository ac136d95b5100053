import {
  type Leakage,
  leakageOf,
  leakageWords,
  moreThanAskedWords,
  type Photo,
  type PixelStore,
  type Split,
  splitWords,
  trainsOnly,
  usualSplitKind,
} from '../data/index.ts'
import type { TrainConfig } from '../run/index.ts'

/** What the two sides of the split share, where both have photos. */
export function leakageIn({ photos, hashes }: PixelStore, split: Split): Leakage | undefined {
  return hashes === undefined || split.validation.length === 0 ? undefined : leakageOf(photos, hashes, split)
}

/** The split in words: `split by encounter: 760 photos of 31 individuals in 210 encounters train, 190 of 31 in 60 validate`. */
export function splitNote({ photos }: Pick<PixelStore, 'photos'>, split: Split, config: TrainConfig): string {
  return `split ${splitName(photos, config)}: ${splitWords(photos, split)}${moreThanAsked(split, config)}`
}

function moreThanAsked(split: Split, { validation, validationFraction }: TrainConfig): string {
  if (validation !== 'encounter' && validation !== 'burst') return ''
  const words = moreThanAskedWords(split, {
    kind: validation,
    fraction: validationFraction,
    asked: 'validationFraction',
  })
  return words === undefined ? '' : `: ${words}`
}

function splitName(photos: readonly Photo[], { validation, validationFraction }: TrainConfig): string {
  switch (validation) {
    case 'column': {
      if (!trainsOnly(photos)) return 'as the table says'
      const kind = usualSplitKind(photos, { fraction: validationFraction, seed: 0 })
      return `by ${kind === 'stratified' ? 'lot' : kind}, as the table only says which photos train`
    }
    case 'given':
      return 'as given'
    default:
      return `by ${validation === 'stratified' ? 'lot' : validation}`
  }
}

/** That photos across the split look alike, and what keeps them together. */
export function leakWarnings(leakage: Leakage | undefined, { validation }: TrainConfig): string[] {
  if (leakage === undefined || leakage.pairs === 0) return []
  const cure = validation === 'burst' ? '' : '; validation=burst keeps such photos on one side'
  return [`${leakageWords(leakage)[0]}${cure}`]
}

/** Why nothing validates. */
export function nothingAside({ validation }: TrainConfig): string {
  const why =
    validation === 'encounter' || validation === 'burst'
      ? `no two individuals were seen in two ${validation}s`
      : 'no identity has four photos or more'
  return `${why}: nothing is set aside, and the last weights are kept as the best`
}
