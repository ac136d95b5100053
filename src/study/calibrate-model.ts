import type { FusionKind } from '../calibration/index.ts'
import { datasetHash } from '../data/index.ts'
import { animalsOf, type CalibrationRecord, type MatchKind } from '../identify/index.ts'
import { fusionDefaults } from '../local/index.ts'
import { type CalibratedWay, calibrateWay } from './calibrate.ts'
import { gate } from './gate.ts'
import { LabelledPairs, type PairedPhotos } from './labelled-pairs.ts'

/** Photos to calibrate on, and where they and the model came from. */
export interface CalibrateInput extends PairedPhotos {
  readonly model: CalibrationRecord['model']
  readonly data: string
  /** Where the known individuals came from; undefined where the photos are each other's gallery. */
  readonly source?: string | undefined
  /** Whom a query meets, in words. */
  readonly protocol: string
  /** Of the queries those that the model was trained on. */
  readonly trainedOn?: number | undefined
  /** local: places alone are calibrated; fused: also the ways to fuse them with similarities. fused unless given; nothing without `local`. */
  readonly match?: MatchKind | undefined
  /** What found the places of `local`. */
  readonly extractor?: string | undefined
  /** The names of what found them, where rosette brings all of them. */
  readonly named?: readonly string[] | undefined
}

/** How long it takes is told as it goes on. */
export interface CalibrateOptions {
  readonly seed?: number | undefined
  readonly onWay?: ((done: number, total: number) => void) | undefined
}

/** Three ways to fuse, in the order in which they are tried. */
const fusedWays = ['additive', 'mean', 'pairHead'] as const satisfies readonly FusionKind[]

/**
 * A calibration of a model's scores on photos of known individuals: of its similarities, of matched places alone, and of the best of three ways to fuse
 * these two, by identity-balanced mAP on individuals held out. What it reports was measured on individuals that it was not fitted on, in five folds or fewer.
 * @throws InputError with too few individuals.
 */
export function calibrateModel(input: CalibrateInput, { seed = 0, onWay }: CalibrateOptions = {}): CalibrationRecord {
  const { queries, gallery, local, match = 'fused', config = fusionDefaults, extractor = '', named } = input
  const pairs = new LabelledPairs(input, seed)
  const kinds: readonly FusionKind[] =
    local === undefined ? [] : match === 'local' ? ['local'] : ['local', ...fusedWays]
  onWay?.(0, kinds.length + 1)
  const embedding = calibrateWay(pairs, 'embedding')
  onWay?.(1, kinds.length + 1)
  const [places, ...fused] = kinds.map((kind, i) => {
    const way = calibrateWay(pairs, kind)
    onWay?.(i + 2, kinds.length + 1)
    return way
  })
  const how = {
    extractor,
    ...(named === undefined ? {} : { matchers: named }),
    shortlist: config.shortlist,
    sureWeight: config.sureWeight,
  }
  const known = new Set(gallery.photos.map(({ identity }) => identity)).size
  return {
    format: 'rosette-calibration',
    version: 1,
    model: input.model,
    fittedOn: {
      data: input.data,
      gallery: input.source ?? null,
      dataHash: datasetHash(queries.photos, queries.contentHashes),
      protocol: input.protocol,
      photos: queries.photos.length,
      individuals: pairs.individuals,
      pairs: pairs.pairs().same.length,
      prior: pairs.prior,
      photosPerIndividual: gallery.photos.length / known,
      trainedOn: input.trainedOn ?? 0,
      animals: animalsOf(...new Set([queries, gallery])),
    },
    embedding: embedding.scores,
    ...(places === undefined ? {} : { local: { ...places.scores, ...how, ...gained(embedding, [places]) } }),
    ...(places === undefined || fused.length === 0 ? {} : { fused: { ...chosen(embedding, places, fused), ...how } }),
  }
}

const nothingGained = { difference: 0, interval: [0, 0] } as const

/** The way to fuse with the highest score, and whether choosing among these beats the embedding alone. */
function chosen(embedding: CalibratedWay, places: CalibratedWay, fused: readonly CalibratedWay[]) {
  const mapOf = ({ scores }: CalibratedWay) => scores.measured?.identityBalancedMap ?? 0
  const best = fused.reduce((a, b) => (mapOf(b) > mapOf(a) ? b : a))
  return {
    ...best.scores,
    tried: [embedding, places, ...fused].flatMap(({ kind, scores: { measured } }) =>
      measured === null ? [] : [{ kind, rank1: measured.rank1, identityBalancedMap: measured.identityBalancedMap }],
    ),
    ...gained(embedding, fused),
  }
}

/** What choosing one of these ways brings beside the embedding alone, on individuals that did not choose. */
function gained({ identities, aps }: CalibratedWay, ways: readonly CalibratedWay[]) {
  if (aps.length === 0) return { gain: nothingGained, better: false, tooFew: 'too few individuals to measure it on' }
  const { accepted, confirmed, tooFew } = gate({ identities, baseline: aps, candidates: ways.map((way) => way.aps) })
  return { gain: confirmed, better: accepted !== null, ...(tooFew === null ? {} : { tooFew }) }
}
