import { check } from '../base/index.ts'
import type { Photo, SplitSide } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type CalibratedScores, type FlankRule, identifyPhotos, otherFlank } from '../identify/index.ts'
import { pickRows } from '../retrieval/index.ts'
import { type Proposal, type PseudoLabelOptions, type PseudoLabelView, proposeLabels } from './pseudo-labels.ts'
import { isScored, namesOthers } from './round-sides.ts'

/** What one model makes of all photos. */
export interface RoundModel {
  /** The known photos, in one order for all models. */
  readonly known: PhotoEmbeddings
  /** Those to be labelled, likewise. */
  readonly unlabelled: PhotoEmbeddings
  /** What makes probabilities of its cosines, where it was calibrated. */
  readonly scores?: CalibratedScores | undefined
}

/** What a second round is made of. */
export interface SecondRoundInput {
  /** Two or more, each of which has to agree. */
  readonly models: readonly RoundModel[]
  /** The models as one, calibrated: its probability is then the confidence, and not that of each model. */
  readonly together?: RoundModel | undefined
  /** Of each known photo its side of the split, as `firstRoundSides` tells. */
  readonly sides: readonly (SplitSide | undefined)[]
  /** SHA-256 of files that the models learned from or were validated on. */
  readonly seen: ReadonlySet<string>
}

/** When a name is proposed. */
export interface SecondRoundOptions extends Pick<PseudoLabelOptions, 'confidence' | 'k'> {
  /** same, the default: a photo is not compared with photos of its other flank. */
  readonly flanks?: FlankRule | undefined
}

/**
 * Why a photo has a proposed name, or none. knownFile: its file is a known photo, or one that the models saw; repeatedFile: the same file was met before;
 * scoredSide: its table has it validate or be tested; scoredSighting: photos of its sighting validate or are tested.
 */
export type RoundReason = Proposal['reason'] | 'knownFile' | 'repeatedFile' | 'scoredSide' | 'scoredSighting'

/** A photo that was to be labelled, and what came of it. */
export interface RoundPhoto {
  readonly photo: Photo
  /** Null where none is proposed. */
  readonly identity: string | null
  readonly reason: RoundReason
  /** Of the least confident model; null where no model was asked. */
  readonly confidence: number | null
}

/** What was proposed, and on what it rests. */
export interface SecondRound {
  readonly photos: readonly RoundPhoto[]
  /** Known photos that the others were compared with, and their individuals. */
  readonly gallery: number
  readonly individuals: number
  /** What a confidence is: of all models, of none, or of some. */
  readonly confidence: 'probability' | 'share' | 'mixed'
}

/**
 * Names for photos of nobody known, for a second round of training. Known photos that train and whose names are no guess are the gallery; what
 * validates or is tested names nobody and is never named. A photo gets a name as `proposeLabels` says. Files that are known, that the models saw, or that
 * come twice are left out before, and photos of a sighting that is scored after that.
 * @throws InputError for fewer than two models, settings that mean nothing, and fewer than two individuals to compare with.
 */
export function secondRound(input: SecondRoundInput, options: SecondRoundOptions = {}): SecondRound {
  const { models, together, sides } = input
  const [first] = models
  check(
    first !== undefined && models.length >= 2,
    `pseudo-labels: expected two models or more that can agree, got ${models.length}`,
  )
  const { photos } = first.unlabelled
  const before = first.known.photos
  const gallery = rowsWhere(before, (photo, i) => namesOthers(photo, sides[i]))
  const leftOut = barred(first, input)
  const asked = rowsWhere(photos, (_, i) => leftOut[i] === undefined)
  const identities = gallery.map((row) => before[row]!.identity!)
  const parts = models.map((model) => partOf(model, gallery, asked))
  const judge = together && probabilitiesOf(partOf(together, gallery, asked), options)
  const views = parts.map(
    (part): PseudoLabelView => ({
      queries: part.unlabelled.embeddings,
      gallery: part.known.embeddings,
      probability: judge ?? probabilitiesOf(part, options),
    }),
  )
  const [known] = parts.map((part) => part.known.photos)
  const proposals = proposeLabels(views, identities, {
    ...options,
    leaveOut: otherFlank(parts[0]!.unlabelled.photos, known!, options.flanks),
    sameSighting: (a, b) => known![a]!.encounter !== undefined && known![a]!.encounter === known![b]!.encounter,
  })
  const scored = new Set(before.flatMap((photo, i) => (isScored(sides[i]) ? sightingOf(photo, photo.identity) : [])))
  const found: RoundPhoto[] = photos.map((photo, i) => ({
    photo,
    identity: null,
    reason: leftOut[i] ?? 'agreed',
    confidence: null,
  }))
  for (const { query, identity, reason, confidence } of proposals) {
    const photo = photos[asked[query]!]!
    const isSeen = identity !== null && sightingOf(photo, identity).some((sighting) => scored.has(sighting))
    found[asked[query]!] = {
      photo,
      confidence,
      ...(isSeen ? { identity: null, reason: 'scoredSighting' } : { identity, reason }),
    }
  }
  const calibrated = views.filter(({ probability }) => probability !== undefined).length
  const confidence = calibrated === 0 ? 'share' : calibrated === views.length ? 'probability' : 'mixed'
  return { photos: found, gallery: gallery.length, individuals: new Set(identities).size, confidence }
}

/** Why photos are left out before any model is asked; undefined for the others. */
function barred({ known, unlabelled }: RoundModel, { seen }: SecondRoundInput): (RoundReason | undefined)[] {
  const files = new Set([...known.contentHashes, ...seen])
  const met = new Set<string>()
  return unlabelled.photos.map(({ split, box }, i) => {
    const file = unlabelled.contentHashes[i]!
    const animal = JSON.stringify([file, box ?? null])
    if (files.has(file)) return 'knownFile'
    if (isScored(split)) return 'scoredSide'
    if (met.has(animal)) return 'repeatedFile'
    met.add(animal)
    return undefined
  })
}

/** An individual at a sighting; numbers of sightings may begin anew for each individual. */
function sightingOf({ encounter }: Photo, identity: string | undefined): string[] {
  return encounter === undefined || identity === undefined ? [] : [JSON.stringify([identity, encounter])]
}

function partOf(
  { known, unlabelled, scores }: RoundModel,
  gallery: readonly number[],
  asked: readonly number[],
): RoundModel {
  return { known: pick(known, gallery), unlabelled: pick(unlabelled, asked), scores }
}

function pick(
  { embeddings, photos, contentHashes, skipped }: PhotoEmbeddings,
  rows: readonly number[],
): PhotoEmbeddings {
  return {
    embeddings: pickRows(embeddings, rows),
    photos: rows.map((row) => photos[row]!),
    contentHashes: rows.map((row) => contentHashes[row]!),
    skipped,
  }
}

/** That a photo shows an individual, by a model's calibration; undefined where it has none. */
function probabilitiesOf(
  { known, unlabelled, scores }: RoundModel,
  { flanks }: SecondRoundOptions,
): PseudoLabelView['probability'] {
  if (scores === undefined) return undefined
  const individuals = new Set(known.photos.map(({ identity }) => identity)).size
  const answers = identifyPhotos(known, unlabelled, individuals, { scores, flanks })
  return (query, name) => answers[query]?.candidates.find(({ identity }) => identity === name)?.probability ?? 0
}

function rowsWhere(photos: readonly Photo[], holds: (photo: Photo, row: number) => boolean): number[] {
  return photos.flatMap((photo, row) => (holds(photo, row) ? [row] : []))
}
