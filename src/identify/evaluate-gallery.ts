import { check, counted } from '../base/index.ts'
import { identifiedOnly, type Manifest, similarNames, visible } from '../data/index.ts'
import { type Embedder, embedCached, type PhotoEmbeddings } from '../embedder/index.ts'
import {
  type Adjust,
  type Embeddings,
  evaluateQueriesAgainstGallery,
  type RetrievalOptions,
  statisticsOf,
} from '../retrieval/index.ts'
import { backgroundOf } from './background.ts'
import { doubtsOf } from './doubts.ts'
import { type EvaluateOptions, type EvaluationReport, measuredOf, type Scored } from './evaluate.ts'
import { flankCounts, otherFlank, scoredFlanks } from './flanks.ts'
import { matchLocally } from './local-matching.ts'
import { pairsOf } from './pairs.ts'
import { priorScores, watchedBy, watchPrior } from './prior-scores.ts'
import { exclusion, labelsOf, protocolWords, sameSighting, withoutEncounter } from './protocol.ts'
import { placesOf } from './protocol-places.ts'
import { protocolsOf } from './protocols.ts'
import { knownPhotos } from './rows.ts'
import { identicalOf, unidentifiedOf, unreadablePhotos } from './scoring.ts'

/** Known individuals, and what to call the place that they come from. */
export interface KnownIndividuals {
  readonly source: string
  readonly embedded: PhotoEmbeddings
}

/**
 * Embeds the photos of known individuals and ranks for each all photos of the gallery: the job as it is in the field. A gallery photo
 * that is a query's own file, byte for byte, is left out for it. Queries whose individual is not in the gallery have nobody to find:
 * they are not scored, and counted apart.
 * @throws InputError for unreadable photos, and where no query has its individual in the gallery.
 */
export async function evaluateAgainstGallery(
  embedder: Embedder,
  { manifest: whole, split, learned }: Scored,
  { source, embedded }: KnownIndividuals,
  options: EvaluateOptions = {},
): Promise<EvaluationReport> {
  const gallery = knownPhotos(embedded)
  const names = new Set(gallery.photos.flatMap(({ identity }) => identity ?? []))
  const { manifest, doubts } = withGalleryLabels(identifiedOnly(whole), names, options.mergeSimilarLabels === true)
  const found = manifest.photos.filter(({ identity }) => names.has(identity ?? '')).length
  check(
    found > 0 || manifest.problems.length > 0,
    `${whole.source}: none of ${counted(manifest.photos.length, 'query', 'queries')} shows an individual of the gallery ${source}`,
    doubts[0] ?? 'are its individuals called alike in both?',
  )
  const { local, postProcessing, flanks = scoredFlanks } = options
  if (options.prior !== undefined) {
    const alone = { queries: manifest.photos, gallery: gallery.photos, leaveOut: () => false }
    watchPrior(alone, local?.kind) // what it lacks is told before the work
  }
  const queries = await embedCached(embedder, manifest, options)
  const { photos, contentHashes } = queries
  const [asked, known] = [labelsOf(photos), labelsOf(gallery.photos)]
  const bothKnown = asked.encounters !== undefined && known.encounters !== undefined
  const excludeSame =
    options.excludeSame === undefined && !bothKnown ? undefined : exclusion(photos, options.excludeSame)
  const sameFile = (q: number, g: number) => contentHashes[q] === gallery.contentHashes[g]
  const sighting = sameSighting(photos, gallery.photos, excludeSame)
  const isOther = otherFlank(photos, gallery.photos, flanks)
  const leaveOut = (q: number, g: number) => sameFile(q, g) || sighting(q, g)
  const meetsNot = (q: number, g: number) => leaveOut(q, g) || isOther(q, g)
  const { adjust, matchers } =
    local === undefined ? {} : await matchLocally(local, { queries, gallery, leaveOut: meetsNot, postProcessing })
  const pairs = pairsOf(photos, gallery.photos)
  const prior = options.prior && watchPrior({ queries: photos, gallery: gallery.photos, leaveOut }, local?.kind)
  const rules = { excludeSame, leaveOut: (q: number, g: number) => sameFile(q, g) || isOther(q, g), postProcessing }
  const scoredBy = (adjust: Adjust | undefined, onRanked?: RetrievalOptions['onRanked']) =>
    evaluateQueriesAgainstGallery(
      { embeddings: queries.embeddings, ...asked },
      { embeddings: gallery.embeddings, ...known },
      { ...rules, adjust, onRanked, onQuery: options.onRank },
    )
  const metrics = scoredBy(adjust, watchedBy(pairs, prior))
  const askedProtocol = flanks === 'any' && options.excludeSame !== 'nothing' ? 'queriesAgainstGallery' : undefined
  const score = (changed: Embeddings) =>
    evaluateQueriesAgainstGallery(
      { embeddings: changed, ...asked },
      { embeddings: gallery.embeddings, ...known },
      rules,
    )
  const background = await backgroundOf(embedder, { embedded: queries, score }, options)
  const { perIdentity, perQuery, ...numbers } = measuredOf(metrics, photos)
  const ownFiles = new Set(gallery.contentHashes)
  return {
    model: embedder.source,
    tta: embedder.tta,
    postProcessing: postProcessing ?? {},
    data: whole.source,
    gallery: source,
    split,
    protocol: protocolWords(
      excludeSame === undefined ? 'queries against a gallery' : 'queries against a gallery, other encounters',
      postProcessing,
      { match: local?.kind, matchers },
    ),
    excludeSame: excludeSame ?? null,
    ...numbers,
    ...statisticsOf(metrics.perQuery),
    notInGallery: photos.filter(({ identity }) => !names.has(identity ?? '')).length,
    sameFiles: contentHashes.filter((hash) => ownFiles.has(hash)).length,
    doubts: [...doubts, ...doubtsOf(metrics, postProcessing)],
    withinEncounter: null,
    trainedOn: learned ?? null,
    unidentified: unidentifiedOf(whole, manifest),
    sameEncounterPairs: 0,
    ...identicalOf(photos, contentHashes),
    unknownEncounters: excludeSame === undefined ? 0 : withoutEncounter(photos),
    unreadable: unreadablePhotos(queries.skipped),
    flanks: flankCounts(photos, gallery.photos, { rule: flanks, leaveOut }),
    riskCoverage: pairs.risk(),
    verification: pairs.scores(),
    clustering: null,
    background,
    prior: prior === undefined ? null : priorScores(prior, adjust, { metrics, photos, scoredBy }),
    protocols:
      options.protocols === undefined
        ? null
        : await protocolsOf({
            photos: queries,
            gallery: { source, embedded: gallery },
            postProcessing,
            places: placesOf(local, adjust, askedProtocol),
          }),
    perIdentity,
    perQuery,
  }
}

/** Labels of queries that look like a label of the gallery: made that where it was asked for, else a doubt. */
function withGalleryLabels(
  manifest: Manifest,
  names: ReadonlySet<string>,
  merge: boolean,
): { readonly manifest: Manifest; readonly doubts: readonly string[] } {
  const labels = new Set(manifest.photos.flatMap(({ identity }) => identity ?? []))
  const alike = similarNames(labels, names)
  if (alike.size === 0) return { manifest, doubts: [] }
  if (merge) {
    const photos = manifest.photos.map((photo) => ({
      ...photo,
      identity: alike.get(photo.identity!) ?? photo.identity,
    }))
    return { manifest: { ...manifest, photos }, doubts: [] }
  }
  const pairs = [...alike].slice(0, 8).map(([label, name]) => `${visible(label)} and ${visible(name)}`)
  const more = alike.size > pairs.length ? ` … and ${alike.size - pairs.length} more` : ''
  const doubt = `labels of queries look like labels of the gallery, but are others: ${pairs.join(', ')}${more}; \`mergeSimilarLabels\` makes them one`
  return { manifest, doubts: [doubt] }
}
