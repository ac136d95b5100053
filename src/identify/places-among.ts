import { check, counted } from '../base/index.ts'
import { fusedScore } from '../calibration/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type FusionConfig, fusionOf, type JointMatch } from '../local/index.ts'
import { type FlankRule, sidesOf } from './flanks.ts'
import { type LocalMatching, type MatchKind, matchLocally } from './local-matching.ts'

/** How alike photos are by places of the coat. */
export interface PlacesAmong {
  readonly match: MatchKind
  /** The names of what found the places. */
  readonly matchers: readonly string[]
  /** Of a photo by its row, as a query, how alike another is whose cosine is given. */
  readonly of: (query: number) => (photo: number, cosine: number) => number
}

/** With fewer a place says nothing: it says whom it shows only against the places of others. */
const matchedAtLeast = 3

/** More photos are not matched with each other at once: their features, votes and matches take some 3 GB. */
const matchedAtMost = 5000

/**
 * Matches each photo with all others, labels not looked at: every photo votes for itself. Scores are therefore not those of photos that are asked of named
 * individuals, who vote together, and no calibration is of them. Photos of two flanks do not meet unless `flanks` is any. The rows are those of
 * `photos`. @throws InputError for too few or too many photos, for embeddings that are fused by rank, and as `matchLocally`.
 */
export async function placesAmong(
  matching: LocalMatching,
  photos: PhotoEmbeddings,
  flanks: FlankRule = 'same',
): Promise<PlacesAmong> {
  const { kind, extractors } = matching
  checkMatchable(photos.photos.length)
  checkNotRanks(photos)
  const nobody = { ...photos, photos: photos.photos.map((photo) => ({ ...photo, identity: undefined })) }
  const sides = flanks === 'any' ? [] : sidesOf(nobody.photos)
  const isOther = (a: number, b: number) => sides[a] !== undefined && sides[b] !== undefined && sides[a] !== sides[b]
  const leaveOut = (query: number, photo: number) => query === photo || isOther(query, photo)
  const task = { queries: nobody, gallery: nobody, leaveOut }
  const { matches, byVotes } = await matchLocally({ ...matching, fusion: undefined }, task)
  const config = matching.config ?? fusionOf(extractors)
  const agreement = agreements(matches, config)
  const named = { match: kind, matchers: extractors.map(({ name }) => name) }
  const votes = kind === 'local' ? matches.map((_, query) => byVotes(query)) : undefined
  return {
    ...named,
    of: (query) => (photo, cosine) => {
      const similarity = votes === undefined ? cosine : votes[query]![photo]!
      const local = { score: agreement[query]!.get(photo) ?? 0, matchers: [] }
      return fusedScore({ kind: 'additive', weight: config.trust }, { similarity, local })
    },
  }
}

/** The score is one half where places weigh this many times `sureWeight`. */
const halfSure = 4

/**
 * How far two photos' places agree, 0 to 1: w / (w + 4 sureWeight), w being the mean weight of either photo as the query; a direction that was not matched counts
 * 0. It rises more slowly than the score that ranks (`localScore`): average linkage takes the mean of pairs, in which all sure matches would count alike.
 */
export function agreements(
  matches: readonly ReadonlyMap<number, Pick<JointMatch, 'weight'>>[],
  { sureWeight }: Pick<FusionConfig, 'sureWeight'>,
): readonly ReadonlyMap<number, number>[] {
  const weights = matches.map(() => new Map<number, number>())
  const add = (a: number, b: number, weight: number) => weights[a]!.set(b, (weights[a]!.get(b) ?? 0) + weight)
  matches.forEach((own, query) => {
    for (const [photo, { weight }] of own) {
      add(query, photo, weight / 2)
      add(photo, query, weight / 2)
    }
  })
  return weights.map((own) => new Map([...own].map(([photo, w]) => [photo, w / (w + halfSure * sureWeight)])))
}

/** That so many photos can be matched with each other, before they are looked at; `which` they are. @throws InputError for too few, and too many. */
export function checkMatchable(photos: number, which = 'cluster'): void {
  check(
    photos >= matchedAtLeast,
    `${which}: expected at least ${counted(matchedAtLeast, 'photo')} with \`match\`, got ${photos}: a place says whom it shows only against the places of others`,
    'leave out `match`',
  )
  check(
    photos <= matchedAtMost,
    `${which}: expected at most ${counted(matchedAtMost, 'photo')} with \`match\`, got ${photos}: they would not fit into memory`,
    'cluster the photos of one place or season at a time, or leave out `match`',
  )
}

/** That similarities are no ranks, which pairs do not have. @throws InputError for embeddings that are fused by rank. */
export function checkNotRanks({ embeddings }: PhotoEmbeddings): void {
  check(
    embeddings.fusion === undefined,
    'cluster: ranks are no similarities of pairs',
    'fuse with `fusion: "similarities"`',
  )
}
