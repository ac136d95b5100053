import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { check, counted, formatBytes } from '../base/index.ts'
import type { Embedder } from '../embedder/index.ts'
import type { ExcludeSame, SplitName } from '../identify/index.ts'
import type { ProjectionName, ReportOutcome, ReportStage } from '../report/index.ts'
import { type AfterRankingFlags, addAfterRankingOptions, afterRanking } from './after-ranking.ts'
import { addCalibrationOption, type CalibrationFlags, matchingFor } from './calibrated.ts'
import { explainedLine, notExplained } from './explained.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, type MatchFlags, withMatching } from './match-options.ts'
import { fromZero, notNegative, upTo } from './numbers.ts'
import { addDataOptions, addModelOptions, type DataFlags, type ModelFlags } from './options.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { checkScoredFirst } from './photos-first.ts'
import { stagedProgress } from './progress.ts'
import { runStory } from './run-story.ts'
import { say, warn } from './say.ts'
import { backgroundLines } from './score-table.ts'
import { backgroundOption, dataOption, excludeSameOption, noBackgroundOption, splitOption } from './scored-photos.ts'
import {
  interruptible,
  photosToScore,
  runsIn,
  runToScoreBy,
  tellCaptions,
  tellNotes,
  warnOfLearned,
  warnOfManifest,
  warnOfScoring,
  warnOfSkipped,
  withListing,
  withModel,
} from './work.ts'

const example = `
Examples:
  rosette report --model runs/jaguars
  rosette report --model runs/jaguars --data jaguars --split all \\
    --projection pca,tsne,umap --out jaguars-report
  rosette report --model runs/jaguars --share --out to-publish

OUT/report.html is one file that needs no network. Beside it lie the pictures
(SVG and PNG), metrics.json and map.csv. The photos are those that
\`rosette evaluate\` would score. --share leaves out photos and file names, and
gives individuals numbers for names. With --match local or --match fused
rankings, pairs and heat maps are of these similarities.`

interface ReportFlags extends ModelFlags, DataFlags, AfterRankingFlags, LocateFlags, MatchFlags, CalibrationFlags {
  readonly data?: string
  readonly out?: string
  readonly split?: SplitName
  readonly excludeSame?: ExcludeSame
  readonly background?: boolean
  readonly projection: readonly ProjectionName[]
  readonly seed: number
  readonly explain?: number
  readonly pixels?: number
  readonly thumbnails?: number
  readonly share?: boolean
  readonly overwrite?: boolean
}

/** Pairs take a page's room, and a second or more each. */
const mostExplained = 1000

/** `rosette report`: pictures and a page of what a model makes of photos. */
export function reportCommand(): Command {
  const command = new Command('report')
    .summary('pictures and a page to explore')
    .description(
      'Show what a model makes of photos of known individuals: pictures to print, and a page to explore in a browser.',
    )
    .addOption(dataOption())
    .addOption(new Option('--out <DIR>', 'the folder to write').default(undefined, 'RUN/report'))
    .addOption(splitOption())
    .addOption(excludeSameOption())
    .addOption(backgroundOption())
    .addOption(noBackgroundOption())
    .addOption(
      new Option('--projection <names>', 'maps to draw, of pca, tsne and umap')
        .argParser(projections)
        .default(['pca', 'tsne'], 'pca,tsne'),
    )
    .option('--seed <S>', 'seed of t-SNE and UMAP', notNegative, 0)
    .addOption(
      new Option('--explain <N>', 'how many right matches to explain, and how many wrong ones')
        .argParser(fromZero(mostExplained))
        .default(undefined, '4; 1 for a model that is explained by covering the photo'),
    )
    .addOption(
      new Option('--pixels <PX>', 'width of the PNGs, at most 8000').argParser(upTo(8000)).default(undefined, '2000'),
    )
    .addOption(
      new Option('--thumbnails <PX>', "longer side of the page's photos, at most 1024")
        .argParser(upTo(1024))
        .default(undefined, '48 to 384, so that all take 17 MB'),
    )
    .option('--share', 'leave out photos and names, to publish numbers without showing where animals live')
    .option('--overwrite', 'replace the report in --out')
  const read = addLocateOptions(addDataOptions(addModelOptions(command)))
  return addCalibrationOption(addMatchOption(addAfterRankingOptions(read)))
    .addHelpText('after', example)
    .action(reportAction)
}

function projections(text: string): ProjectionName[] {
  const known = ['pca', 'tsne', 'umap'] as const
  return text.split(',').map((part) => {
    const name = known.find((candidate) => candidate === part.trim())
    if (name === undefined) throw new InvalidArgumentError(`Expected names among ${known.join(', ')}.`)
    return name
  })
}

async function reportAction(given: ReportFlags): Promise<void> {
  const { overwrite = false } = given
  const { flags, postProcessing } = await afterRanking(given)
  if (flags.out !== undefined) await refuse(flags.out, overwrite)
  await checkFilesFirst(flags)
  const { noCaptions, openDataset, withCaptions } = await import('../data/index.ts')
  const { makeReport } = await import('../report/index.ts')
  const { data, open, reading, namedBy } = await photosToRead(flags, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, listed)
  await checkScoredFirst(listed, {
    ...reading,
    model: flags.model,
    split: flags.split,
    scores: { excludeSame: flags.excludeSame },
  })
  await interruptible((signal, whileRanking) =>
    withModel(flags, async (embedder) => {
      const out = flags.out ?? defaultFolder(embedder)
      await refuse(out, overwrite)
      const manifest = await withLocated(await locatingBy(flags), listed, signal)
      const run = await runToScoreBy(embedder)
      const selection = await photosToScore(manifest, { run, split: flags.split, signal, members: runsIn(embedder) })
      if (selection.split === 'all') warnOfManifest(manifest)
      else tellNotes(manifest)
      await warnOfLearned(selection, embedder)
      const own = embedder.run
      const story =
        own === undefined ? undefined : await runStory({ run: own, checkpoint: flags.checkpoint }, manifest, selection)
      let [captioned, looked] = [noCaptions, 0]
      const learnt = await matchingFor(flags, { embedder, animals: selection.manifest, postProcessing })
      const outcome = await withMatching(flags, { signal, learnt }, (local) =>
        withStages((watch) =>
          makeReport(embedder, selection, {
            out,
            overwrite,
            excludeSame: flags.excludeSame,
            background: flags.background ?? 'where known',
            postProcessing,
            local,
            projections: flags.projection,
            seed: flags.seed,
            share: flags.share ?? false,
            explain: flags.explain,
            pixels: flags.pixels,
            thumbnailPx: flags.thumbnails,
            ...reading,
            story,
            signal,
            onProgress: (stage, done, total) => {
              if (stage === 'ranking') whileRanking(done, total)
              watch(stage, done, total)
            },
            onCaption: (_, kinds) => {
              captioned = withCaptions(captioned, kinds)
              looked++
            },
          }),
        ),
      )
      await tellCaptions(captioned, looked, selection.manifest.photos.length)
      await warnOfSkipped(outcome.skipped)
      await warnOfScoring(outcome.scoring)
      const why = notExplained(flags.explain, outcome.data)
      if (why !== undefined) warn(why)
      say(describeReport(outcome))
    }),
  )
}

async function refuse(out: string, overwrite: boolean): Promise<void> {
  const { checkReportFolder } = await import('../report/index.ts')
  checkReportFolder(out, overwrite)
}

function defaultFolder(embedder: Embedder): string {
  check(
    embedder.run !== undefined,
    '--out: name the folder to write: only a run folder has a place for its report, and the model is none',
  )
  return join(embedder.run, 'report')
}

const units = {
  embedding: 'photos',
  'other backgrounds': 'photos',
  ranking: 'queries',
  comparing: 'photos',
  projecting: 'maps',
  explaining: 'matches',
  thumbnails: 'photos',
  pictures: 'pictures',
} as const satisfies Record<ReportStage, string>

/** One bar after the other. */
export async function withStages<T>(
  work: (onProgress: (stage: ReportStage, done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const stages = stagedProgress()
  try {
    return await work((stage, done, total) => stages.update(stage, units[stage], Math.round(done * 10) / 10, total))
  } finally {
    stages.stop()
  }
}

/** What a report is and what it measured, in a few lines. */
function describeReport(outcome: ReportOutcome): string {
  const { data, page, pageBytes, pictures, folder, thumbnailPx, namesWithBoxes } = outcome
  const which = data.split === 'all' ? 'all photos' : `the ${data.split} photos`
  const why = data.reason === '' ? '' : ` (${data.reason})`
  const photos = data.shared ? 'no photos in it' : `photos of ${thumbnailPx} px in it`
  return [
    `data   ${data.data}: ${which}, ${data.photos.length} of ${counted(data.identities.length, 'individual')}${why}`,
    `scored ${data.words.scored}`,
    `left out ${data.words.leftOut.join('; ')}`,
    ...backgroundLines(data.background ?? null, 'each other'),
    ...(data.explanations.length === 0 ? [] : [explainedLine(data)]),
    `pictures in ${folder}: ${pictures.join(', ')}`,
    `${page}: open it in a browser (${formatBytes(pageBytes)}, ${photos})`,
    ...(namesWithBoxes.length === 0 ? [] : [describeBoxes(namesWithBoxes)]),
  ].join('\n')
}

const namedAtMost = 5

/** Which names the PNGs cannot write. */
function describeBoxes(names: readonly string[]): string {
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : ''
  const listed = names.slice(0, namedAtMost).join(', ')
  return `note: the fonts lack letters of ${listed}${more}: in the PNGs these are boxes; the page and the SVGs use your own fonts`
}
