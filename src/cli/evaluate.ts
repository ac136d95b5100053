import { Command, Option } from 'commander'
import { check, counted, writeFileAtomic } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { EmbedOptions } from '../embedder/index.ts'
import type { EvaluationReport, ExcludeSame, RankProgress, Selection, SplitName } from '../identify/index.ts'
import type { LeakageCertificate } from '../study/index.ts'
import { type AfterRankingFlags, addAfterRankingOptions, afterRanking } from './after-ranking.ts'
import { addGalleryOptions, type GalleryFlags, galleryOf } from './asked-gallery.ts'
import { addCalibrationOption, type CalibrationFlags, matchingFor } from './calibrated.ts'
import { checkFilesFirst } from './files-first.ts'
import { filesOfGallery, locatedGallery } from './gallery-source.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, type FlankFlags, flanksOption, type MatchFlags, withMatching } from './match-options.ts'
import { warnOfOneSided } from './one-sided.ts'
import { addDataOptions, addModelOptions, type DataFlags, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { protocolText } from './protocol-table.ts'
import { say, warn } from './say.ts'
import { backgroundLines, clusteringLines, intervalWords, scoreTable, verificationLines } from './score-table.ts'
import { dataOption, excludeSameOption, splitOption } from './scored-photos.ts'
import { ttaWords } from './tta-words.ts'
import {
  interruptible,
  photosToScore,
  runToScoreBy,
  tellNotes,
  warnOfIdenticalKnown,
  warnOfLearned,
  warnOfManifest,
  warnOfScoring,
  withListing,
  withModel,
  withoutSingles,
  withProgress,
} from './work.ts'

const example = `
Examples:
  rosette evaluate --model runs/jaguars --out metrics.json
  rosette evaluate --model resnet50.onnx --split-of runs/jaguars \\
    --out frozen.json
  rosette evaluate --model runs/jaguars --protocols all --out protocols.json
  rosette evaluate --model runs/jaguars --data new.csv --images new-photos \\
    --gallery jaguars --out new-against-known.json

With --gallery each photo of --data is a query: who of the gallery does it show?
That is the task in the field. A query whose individual is not in the gallery is
counted and not scored.

Without --gallery each photo is a query against all the others. Where encounters
are known (a column of the table), a query is not compared with the photos of
its own encounter, because photos of one sighting find each other by their
background. --exclude-same nothing leaves them in.

--protocols all compares each photo in four ways: with all others; with other
encounters; with the photos that the run was trained on, or the gallery; and
with a gallery without a third of the individuals, to see whether new animals
are noticed. The same model may have four times the score where photos of one
sighting find each other.

--split-of RUN scores any model on the photos that RUN set aside, so that a
frozen network and a run that began with it can be compared (rosette compare).

Each score stands beside its 95 % interval and beside chance: docs/metrics.md.

In a Kaggle folder the photos of train.csv are scored. To score a competition's
test photos, give a CSV of their identities.`

interface EvaluateFlags
  extends ModelFlags,
    DataFlags,
    AfterRankingFlags,
    LocateFlags,
    MatchFlags,
    FlankFlags,
    GalleryFlags,
    CalibrationFlags {
  readonly chart?: string
  readonly data?: string
  readonly out: string
  readonly split?: SplitName
  readonly splitOf?: string
  readonly protocols?: 'all'
  readonly background?: boolean
  readonly excludeSame?: ExcludeSame
  readonly overwrite?: boolean
}

/** `rosette evaluate`: how well a model tells individuals apart. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('measure a model on photos of known individuals')
    .description(
      'Measure how often a model finds the right individual: rank-1, 5 and 10, mAP, identity-balanced mAP, mINP.',
    )
    .addOption(dataOption())
    .requiredOption('--out <metrics.json>', 'the file to write')
    .addOption(splitOption())
    .option('--split-of <RUN>', 'score the photos that this run set aside, whichever model is measured')
    .addOption(excludeSameOption())
    .addOption(
      new Option(
        '--protocols <which>',
        'all: also with and without the same encounter, against other photos, and with new individuals',
      ).choices(['all']),
    )
    .addOption(flanksOption('any'))
    .option('--chart <FILE.svg>', 'also draw how often answers are wrong where only the surest are given')
    .option(
      '--background',
      'score with other backgrounds too, which is done anyhow where photos have masks, or say why not',
    )
    .option('--no-background', 'do not: it embeds each photo twice more')
    .option('--overwrite', 'replace --out and --chart')
  const scored = addDataOptions(addModelOptions(addGalleryOptions(command)))
  return addCalibrationOption(addMatchOption(addAfterRankingOptions(addLocateOptions(scored))))
    .addHelpText('after', example)
    .action(evaluateAction)
}

async function evaluateAction(given: EvaluateFlags): Promise<void> {
  const { out, splitOf, excludeSame, protocols, background, chart, overwrite = false } = given
  check(
    background !== true || given.gallery === undefined,
    '--background scores photos against each other: leave out --gallery',
  )
  const split = given.split ?? (splitOf === undefined ? undefined : 'validation')
  if (splitOf !== undefined) await checkRun(splitOf)
  const { checkPhotosThere, openDataset } = await import('../data/index.ts')
  const { loadGallery } = await import('../embedder/index.ts')
  const { evaluateAgainstGallery, evaluatePhotos, leftOutWords, photosBeside, withinEncounterWords } = await import(
    '../identify/index.ts'
  )
  check(
    given.match === 'none' || given.protocols === undefined,
    '--protocols measures the embedding alone: expected --match none beside it',
  )
  const { flags, postProcessing } = await afterRanking(given)
  await checkFilesFirst(flags)
  const own = { ...flags, model: splitOf === undefined ? flags.model : [splitOf] }
  const { data, open, reading, namedBy } = await photosToRead(own, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, listed)
  const source = await galleryOf(flags)
  const photos = source === undefined ? [] : filesOfGallery(source)
  await checkOutputs([out], { flags, manifest: listed, photos }, { overwrite })
  if (chart !== undefined)
    await checkOutputs([chart], { flags, manifest: listed, photos }, { overwrite, option: 'chart' })
  const locating = await locatingBy(flags)
  await interruptible(async (signal, whileRanking) => {
    const manifest = await withLocated(locating, listed, signal)
    const gallery = source && (await locatedGallery(locating, source, signal))
    await withModel(flags, async (embedder) => {
      const run = splitOf ?? (await runToScoreBy(embedder))
      const chosen = await photosToScore(manifest, { run, split, signal })
      const selection = splitOf === undefined ? chosen : await learnedBy(embedder.run, chosen)
      const others = protocols === undefined ? undefined : photosBeside(manifest, selection)
      if (selection.split === 'all') warnOfManifest(gallery === undefined ? manifest : withoutSingles(manifest))
      else tellNotes(manifest)
      await warnOfLearned(selection, embedder)
      const embed = <T>(title: string, work: (options: EmbedOptions & RankProgress) => Promise<T>) =>
        withProgress(title, { ...reading, signal }, (options, tell) =>
          work({
            ...options,
            onRank: (done, total) => {
              whileRanking(done, total)
              tell(done, total)
            },
          }),
        )
      if (gallery !== undefined) checkPhotosThere(selection.manifest, reading) // told before the whole gallery is embedded
      const known = gallery && (await embed('gallery', (options) => loadGallery(embedder, gallery, options)))
      if (known !== undefined) {
        await warnOfIdenticalKnown(known)
        warnOfOneSided(selection.manifest.photos, known.photos)
      }
      const learnt = await matchingFor(flags, { embedder, gallery, postProcessing })
      const report = await withMatching(flags, { signal, gallery, learnt }, (local) => {
        const asked = { excludeSame, postProcessing, protocols, local, flanks: flags.flanks }
        return embed(gallery === undefined ? 'embedding' : 'queries', (options) =>
          gallery === undefined || known === undefined
            ? evaluatePhotos(embedder, selection, {
                ...options,
                ...asked,
                background: background ?? 'where known',
                others,
              })
            : evaluateAgainstGallery(
                embedder,
                selection,
                { source: gallery.source, embedded: known },
                { ...options, ...asked, mergeSimilarLabels: flags.mergeSimilarLabels },
              ),
        )
      })
      if (report.sameFiles > 0)
        warn(
          `the gallery has the very files of ${counted(report.sameFiles, 'query', 'queries')}: each was left out for its own query`,
        )
      for (const { photo, reason } of report.unreadable) warn(`skipped ${photo}: ${reason}`)
      await warnOfScoring(report)
      const leakage = await certificateOf(selection, { run, photos: manifest.photos, signal })
      if (chart !== undefined) await drawRisk(chart, report)
      writeFileAtomic(out, `${JSON.stringify({ ...report, leakage }, undefined, 2)}\n`)
      const head = describe(report, selection, leftOutWords(report))
      const beside = protocols === undefined ? withinEncounterWords(report) : undefined // the gap says it
      const scores = beside === undefined ? numbers(report) : `${numbers(report)}\n\n${beside}`
      say(`${head}\n\n${scores}\n\n${out}: every number, also by individual`)
    })
  })
}

/** Draws the risk–coverage curve. */
async function drawRisk(path: string, { riskCoverage, model, data, queries }: EvaluationReport): Promise<void> {
  if (riskCoverage === null) return
  const { riskCoverageChart, svgDocument } = await import('../chart/index.ts')
  const source = `${model}; ${counted(queries, 'query', 'queries')}, ${data}; the surer an answer, the higher its similarity`
  writeFileAtomic(path, svgDocument(riskCoverageChart({ ...riskCoverage, source })))
}

/** What the split that was scored shares with what trains: as the run recorded it, else of the table's own split. */
async function certificateOf(
  { split }: Selection,
  {
    run,
    photos,
    signal,
  }: { readonly run: string | undefined; readonly photos: readonly Photo[]; readonly signal: AbortSignal },
): Promise<LeakageCertificate | null> {
  const { runCertificate, tableCertificate } = await import('../study/index.ts')
  if (split === 'validation') return runCertificate(run) ?? tableCertificate(photos, { signal })
  return split === 'test' ? tableCertificate(photos, { signal }) : null
}

/** @throws InputError where the folder is no run, or has no split yet. */
async function checkRun(splitOf: string): Promise<void> {
  const { isRunFolder, RunFolder } = await import('../run/index.ts')
  check(isRunFolder(splitOf), `--split-of: ${splitOf} is no run folder`, 'a folder that rosette train wrote')
  new RunFolder(splitOf).data()
}

/** Photos that another run chose, and how many of them the model's own run was trained on. */
async function learnedBy(run: string | undefined, chosen: Selection): Promise<Selection> {
  const { learnedPhotos } = await import('../identify/index.ts')
  return { ...chosen, learned: run === undefined ? undefined : await learnedPhotos(chosen.manifest.photos, run) }
}

function describe(report: EvaluationReport, { reason }: Selection, leftOut: readonly string[]): string {
  const { model, tta, data, gallery, split, photos, identities, queries, skipped, protocol } = report
  const which = split === 'all' ? 'all photos' : `the ${split} photos`
  const scored = gallery === null ? `${photos} of ${counted(identities, 'individual')}` : `${queries + skipped}`
  return [
    `model    ${model}, ${ttaWords(tta)}`,
    `data     ${data}: ${which}, ${scored} (${reason})`,
    ...(gallery === null
      ? []
      : [`gallery  ${gallery}: ${counted(photos, 'photo')} of ${counted(identities, 'individual')}`]),
    `scored   ${protocol}`,
    ...(gallery === null ? [`left out ${leftOut.join('; ')}`] : []),
  ].join('\n')
}

function numbers(report: EvaluationReport): string {
  const { queries, skipped, tieRate, protocols } = report
  const counted = skipped === 0 ? `${queries}` : `${queries} (and ${skipped} not scored: ${nobodyToFind(report)})`
  const counts = `queries   ${counted}\ntie rate  ${tieRate.toFixed(3)}`
  const further = [
    counts,
    ...verificationLines(report),
    ...clusteringLines(report),
    ...backgroundLines(report),
    ...riskLines(report),
    ...flankLines(report),
    intervalWords(report),
  ].join('\n')
  const parts = [scoreTable(report), further, ...(protocols === null ? [] : [protocolText(protocols)])]
  return parts.join('\n\n')
}

/** The share of wrong first answers of the surest quarter and half. */
function riskLines({ riskCoverage }: EvaluationReport): string[] {
  if (riskCoverage === null || riskCoverage.points.length < 4) return []
  const at = (coverage: number) => riskCoverage.points.find((point) => point.coverage >= coverage)!
  const wrong = (coverage: number) => `${(at(coverage).risk * 100).toFixed(0)} %`
  return [
    `unsure    wrong first answers: ${wrong(1)} of all, ${wrong(0.5)} of the surer half, ${wrong(0.25)} of the surest quarter (AURC ${riskCoverage.aurc.toFixed(3)})`,
  ]
}

function flankLines({ flanks }: EvaluationReport): string[] {
  if (flanks === null) return []
  const { rule, known, unknown, couldNotBeMatched } = flanks
  const lost = `${couldNotBeMatched} could not have been matched by their coats: all that they could find shows the other flank`
  if (rule === 'any')
    return [
      `flanks    known of ${counted(known, 'query', 'queries')}, which met both flanks (--flanks same: only their own); ${lost}`,
    ]
  const both = unknown === 0 ? '' : `; ${unknown} of unknown flank met both`
  return [`flanks    ${counted(known, 'query', 'queries')} met photos of their own flank only${both}; ${lost}`]
}

function nobodyToFind({ gallery, skipped, notInGallery }: EvaluationReport): string {
  if (gallery === null) return 'no other photo to find'
  const others = skipped - notInGallery
  const absent = `${notInGallery} of individuals that the gallery does not show`
  return others === 0 ? absent : `${absent}, ${others} whose photos in it were left out`
}
