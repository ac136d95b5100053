import type { FusionKind } from '../calibration/index.ts'
import { datasetHash } from '../data/index.ts'
import type { CalibrationRecord } from '../identify/index.ts'
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
  /** What found the places of `local`. */
  readonly extractor?: string | undefined
}

/** How long it takes is told as it goes on. */
export interface CalibrateOptions {
  readonly seed?: number | undefined
  readonly onWay?: ((done: number, total: number) => void) | undefined
}

/** Three ways to fuse, in the order in which they are tried. */
const fusedWays = ['additive', 'mean', 'pairHead'] as const satisfies readonly FusionKind[]

/**
 * A calibration of a model's scores on photos of known individuals: of its similarities, and of the best of three ways to fuse them with matched
 * places, by identity-balanced mAP on individuals held out. What it reports was measured on individuals that it was not fitted on, in five folds or fewer.
 * @throws InputError with too few individuals.
 */
export function calibrateModel(input: CalibrateInput, { seed = 0, onWay }: CalibrateOptions = {}): CalibrationRecord {
  const { queries, gallery, local, config = fusionDefaults, extractor } = input
  const pairs = new LabelledPairs(input, seed)
  const ways = local === undefined ? [] : fusedWays
  const total = ways.length + 1
  onWay?.(0, total)
  const embedding = calibrateWay(pairs, 'embedding')
  onWay?.(1, total)
  const fused = ways.map((kind, i) => {
    const way = calibrateWay(pairs, kind)
    onWay?.(i + 2, total)
    return way
  })
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
    },
    embedding: embedding.scores,
    ...(fused.length === 0
      ? {}
      : {
          fused: {
            ...chosen(embedding, fused),
            extractor: extractor ?? '',
            shortlist: config.shortlist,
            sureWeight: config.sureWeight,
          },
        }),
  }
}

const nothingGained = { difference: 0, interval: [0, 0] } as const

/** The way with the highest score, and whether choosing among these beats the embedding alone. */
function chosen(embedding: CalibratedWay, fused: readonly CalibratedWay[]) {
  const mapOf = ({ scores }: CalibratedWay) => scores.measured?.identityBalancedMap ?? 0
  const best = fused.reduce((a, b) => (mapOf(b) > mapOf(a) ? b : a))
  const { accepted, confirmed } = gate({
    identities: embedding.identities,
    baseline: embedding.aps,
    candidates: fused.map(({ aps }) => aps),
  })
  return {
    ...best.scores,
    tried: [embedding, ...fused].flatMap(({ kind, scores: { measured } }) =>
      measured === null ? [] : [{ kind, rank1: measured.rank1, identityBalancedMap: measured.identityBalancedMap }],
    ),
    gain: embedding.aps.length === 0 ? nothingGained : confirmed,
    better: accepted !== null,
  }
}
