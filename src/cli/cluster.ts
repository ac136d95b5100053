import { Command, Option } from 'commander'
import { check, counted, writeFileAtomic } from '../base/index.ts'
import type { EmbedOptions, PhotoEmbeddings } from '../embedder/index.ts'
import type { Decision, PhotoClusters } from '../identify/index.ts'
import { addCalibrationOption, type CalibrationFlags, calibrationFor, type FollowedCalibration } from './calibrated.ts'
import { clustersText, clusterWords, plainClusters, tableOfClusters } from './cluster-output.ts'
import { tellPage, withPage } from './deciding-page.ts'
import { checkFilesFirst } from './files-first.ts'
import { speakingOf } from './flag-words.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import {
  type FlankFlags,
  flanksOption,
  type MatchFlags,
  matcherConfigOption,
  matcherOption,
  matchOption,
} from './match-options.ts'
import {
  checkThresholdByPlaces,
  matchedAmong,
  matchedForLines,
  pairsByPlaces,
  tellBetterMatch,
} from './matched-among.ts'
import { openShare } from './numbers.ts'
import { addDataOptions, addModelOptions, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { checkNamedOutputs } from './outputs.ts'
import { locatingBy } from './own-data.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { say, tell, warn } from './say.ts'
import { refuseMatcherWithout } from './unused-options.ts'
import { linesDoubtText, warnOfWholePhotos } from './whole-photos.ts'
import {
  interruptible,
  tellOtherDecisions,
  warnOfIdentical,
  warnOfManifest,
  warnOfSkipped,
  warnOfTrust,
  withListing,
  withModel,
  withoutSingles,
  withProgress,
} from './work.ts'

const example = `
Examples:
  rosette cluster --model runs/jaguars --data new-photos --out clusters.csv
  rosette cluster --model runs/jaguars --data new-photos --out clusters.csv \\
    --labelled jaguars --html clusters.html
  rosette cluster --model runs/jaguars --data new-photos --out clusters.csv \\
    --labelled jaguars --decisions decisions.csv --overwrite

The clusters are proposals. --html writes a page to look at them and to decide
on the doubtful pairs; it saves a table with the columns photo, other photo and
decision (same, different or cannot tell). Run the command again with it as
--decisions. Labels of --data are not looked at.

--match local compares the coats themselves, place by place. It tells apart
animals that the network has not learned, and takes longer. It needs --labelled
or --threshold.

Two groups of photos become one individual if the mean score of their pairs
reaches the threshold. With a calibration (\`rosette calibrate\`) the threshold is
a probability of 0.5. Without one it is the value that best finds the
individuals of --labelled, or the one that --threshold gives. docs/cluster.md
tells how far the number of individuals can be trusted.`

interface ClusterFlags extends ModelFlags, DataFlags, LocateFlags, FlankFlags, CalibrationFlags, MatchFlags {
  readonly data: string
  readonly out: string
  readonly threshold?: number
  readonly labelled?: string
  readonly decisions?: string
  readonly html?: string
  readonly lines?: boolean
  readonly json?: boolean
  readonly overwrite?: boolean
}

/** `rosette cluster`: how many animals are on photos that nobody has named? */
export function clusterCommand(): Command {
  const command = new Command('cluster')
    .summary('propose individuals for photos that nobody has named')
    .description('Sort photos of unknown animals by individual, and say how many there may be.')
    .requiredOption('--data <D>', 'a folder of photos, or a table (CSV); labels are not looked at')
    .requiredOption('--out <clusters.csv>', 'the table to write: photo, cluster, how alike, nearest other cluster')
    .option('--html <FILE>', 'write a page to decide on, the pairs nearest to the threshold first')
    .option('--lines', "match the coats of the page's pairs, and draw lines between the places that agree")
    .addOption(matchOption('none', pairsByPlaces))
    .addOption(matcherOption())
    .addOption(matcherConfigOption())
    .option('--decisions <FILE.csv>', 'what you decided of pairs: photo, other photo, decision')
    .addOption(
      new Option('--threshold <T>', 'the mean score at which two groups become one individual')
        .argParser(openShare)
        .default(undefined, 'a probability of 0.5, or as --labelled says'),
    )
    .addOption(
      new Option('--labelled <D>', 'photos of known individuals, to choose the threshold on').conflicts('threshold'),
    )
    .addOption(flanksOption())
    .option('--json', 'print JSON in place of the summary')
    .option('--overwrite', 'replace the files of --out and --html')
  return addCalibrationOption(addLocateOptions(addDataOptions(addModelOptions(command))))
    .addHelpText('after', example)
    .action(clusterAction)
}

async function clusterAction(flags: ClusterFlags): Promise<void> {
  const { data, out, html, overwrite = false, labelled, threshold, flanks, skipUnreadable, limitPixels } = flags
  const { identifiedOnly, openDataset, withoutProposed } = await import('../data/index.ts')
  const { embedCached } = await import('../embedder/index.ts')
  const {
    checkClusterable,
    checkLabelled,
    checkMatchable,
    clusterPhotos,
    highestProbability,
    noDecisions,
    placesWords,
    readDecisions,
  } = await import('../identify/index.ts')
  const { lines = false } = flags
  check(!lines || html !== undefined, '--lines: lines are drawn on the page of --html, which is not asked for')
  if (!lines && flags.match === 'none') refuseMatcherWithout(flags, '--match local, --match fused or --lines')
  checkThresholdByPlaces(flags)
  await checkFilesFirst(flags)
  const options = dataOptions(flags)
  const listed = withListing((watch) => openDataset(data, { ...options, ...watch, part: 'all' }))
  const ofKnown = { ...options, images: undefined, detections: undefined, masks: undefined, requireIdentity: true }
  const known =
    labelled === undefined
      ? undefined
      : speakingOf({ data: 'labelled' }, () =>
          identifiedOnly(withoutProposed(withListing((watch) => openDataset(labelled, { ...ofKnown, ...watch })))),
        )
  if (known !== undefined) checkLabelled(known.photos)
  if (flags.match !== 'none') checkMatchable(listed.photos.length)
  if (flags.match !== 'none' && known !== undefined) checkMatchable(known.photos.length, '--labelled')
  const { decisions, ofOthers } =
    flags.decisions === undefined ? noDecisions : readDecisions(flags.decisions, listed.photos)
  await tellOtherDecisions(ofOthers, 'those of --data')
  const files = [...(flags.decisions === undefined ? [] : [flags.decisions]), ...(known ? pathsOf(known) : [])]
  await checkNamedOutputs({ out, html }, { flags, manifest: listed, photos: files }, overwrite)
  warnOfManifest(withoutSingles(listed))
  await checkPhotosFirst(listed, { skipUnreadable })
  if (known !== undefined) await checkPhotosFirst(known, { skipUnreadable, names: { data: 'labelled' } })
  const locating = await locatingBy(flags)
  const { found, compared, page } = await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    const labelledPhotos = known && (await withLocated(locating, known, signal))
    return withModel(flags, async (embedder) => {
      await warnOfTrust(embedder)
      const followed = flags.match === 'none' ? await calibrationFor(flags, embedder) : undefined
      if (followed !== undefined) tellMeasuredOn(followed)
      const scores = followed?.record.embedding
      checkClusterable(manifest.photos.length, { scores, threshold, hasLabelled: known !== undefined })
      const embed = (title: string, work: (options: EmbedOptions) => Promise<PhotoEmbeddings>) =>
        withProgress(title, { skipUnreadable, limitPixels, signal }, work)
      const photos = await embed('photos', (options) => embedCached(embedder, manifest, options))
      const chosenOn =
        labelledPhotos && (await embed('labelled', (options) => embedCached(embedder, labelledPhotos, options)))
      await warnOfSkipped([...photos.skipped, ...(chosenOn?.skipped ?? [])])
      await warnOfIdentical({
        photos: photos.photos.map((photo) => ({ ...photo, identity: undefined })),
        contentHashes: photos.contentHashes,
      })
      const { decidingDefaults, writeClustersPage } = await import('../report/index.ts')
      const toDecide = html === undefined ? 0 : decidingDefaults.questions
      const places = await matchedAmong(flags, { photos, labelled: chosenOn }, signal)
      const how = { scores, threshold, labelled: chosenOn, decisions, flanks, toDecide, places }
      const found = clusterPhotos(photos, how)
      if (scores !== undefined && found.threshold.from === 'even' && highestProbability(scores) < found.threshold.at)
        warn(unreachable)
      const compared = found.match === null ? undefined : placesWords({ match: found.match, matchers: found.matchers })
      if (html === undefined) return { found, compared, page: undefined }
      const matches = lines ? await matchedForLines(flags, { photos, pairs: found.toDecide }, signal) : undefined
      if (matches?.onWholePhotos === true) warnOfWholePhotos('the page draws them')
      const linesDoubt = matches?.onWholePhotos === true ? linesDoubtText : ''
      const linesHint = lines ? '' : 'For lines between places of the coat that agree, write this page with --lines.'
      const about = {
        source: data,
        overwrite,
        limitPixels,
        signal,
        notes: notesOf(found, decisions, compared),
        linesHint,
        linesDoubt,
      }
      const clusters = { clusters: found, decisions, ofOthers, matches: matches?.pairs }
      return { found, compared, page: await withPage(about, (options) => writeClustersPage(html, clusters, options)) }
    })
  })
  writeFileAtomic(out, tableOfClusters(found))
  if (page !== undefined) tellPage(page, 'pair')
  say(
    flags.json
      ? JSON.stringify(plainClusters(found, decisions), undefined, 2)
      : clustersText(found, decisions, { out, compared }),
  )
}

/** The facts of the summary as sentences of a page. */
function notesOf(found: PhotoClusters, decisions: readonly Decision[], compared: string | undefined): string[] {
  return clusterWords(found, decisions, compared).map((line) => line.replace(/^(\w+) +/, '$1: '))
}

/** Nobody is named on these photos, so that nothing tells whether a calibration is of such animals. */
function tellMeasuredOn(followed: FollowedCalibration): void {
  const { photos, individuals, data } = followed.record.fittedOn
  tell(
    `note: what a similarity means was learnt on ${counted(photos, 'photo')} of ${counted(individuals, 'individual')} (${data}): it holds for animals and cameras like these`,
  )
  tellBetterMatch(followed)
}

/** By what a calibration learnt, two photos are never likelier one individual than two. */
const unreachable =
  'by this calibration no two photos reach a probability of 0.5, so that nearly every photo is an individual of its own: choose the threshold with --labelled or --threshold'

function pathsOf({ photos }: { readonly photos: readonly { readonly path: string }[] }): string[] {
  return photos.map(({ path }) => path)
}
