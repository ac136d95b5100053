import { join } from 'node:path'
import { Command, Option } from 'commander'
import { counted } from '../base/index.ts'
import type { ScoreKind } from '../competition/index.ts'
import type { TestPairs } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { type AfterRankingFlags, addAfterRankingOptions, afterRanking } from './after-ranking.ts'
import { addCalibrationOption, type CalibrationFlags, matchingFor } from './calibrated.ts'
import { FailedCheck } from './exit.ts'
import { checkFilesFirst } from './files-first.ts'
import { inFlags } from './flag-words.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, type MatchFlags, withMatching } from './match-options.ts'
import { addModelOptions, addPhotoOptions, type DataFlags, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { locatingBy, photosToRead } from './own-data.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { say, tell, warn } from './say.ts'
import {
  interruptible,
  warnOfIdentical,
  warnOfManifest,
  warnOfSkipped,
  withListing,
  withModel,
  withProgress,
} from './work.ts'

const example = `
Example:
  rosette submit --model runs/jaguars --data jaguars --out submission.csv

Each test photo is embedded once. The file is then read back and checked against
test.csv; the exit code is 1 if it does not fit.`

interface SubmitFlags extends ModelFlags, DataFlags, AfterRankingFlags, LocateFlags, MatchFlags, CalibrationFlags {
  readonly data?: string
  readonly out: string
  readonly scores: ScoreKind
  readonly overwrite?: boolean
}

/** `rosette submit`: a competition's test.csv answered. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .summary("answer a competition's test.csv")
    .description('Write a submission, a similarity for every pair of test.csv, and check it.')
    .requiredOption('--out <submission.csv>', 'the file to write')
    .addOption(
      new Option('--data <KAGGLE_DIR>', 'a Kaggle folder, with test.csv and the test photos').default(
        undefined,
        'the folder that the run was trained from',
      ),
    )
    .addOption(
      new Option(
        '--scores <kind>',
        'clip: negative cosines become 0; shift: (cos + 1) / 2 keeps their order; re-ranked similarities need neither',
      )
        .choices(['clip', 'shift'])
        .default('clip'),
    )
    .option('--overwrite', 'replace --out')
  return addCalibrationOption(
    addMatchOption(addAfterRankingOptions(addLocateOptions(addPhotoOptions(addModelOptions(command))))),
  )
    .addHelpText('after', example)
    .action(submitAction)
}

async function submitAction(given: SubmitFlags): Promise<void> {
  const { out, scores: kind, overwrite = false } = given
  const { checkSubmission, formatSubmissionReport, scorePairs, writeSubmission } = await import(
    '../competition/index.ts'
  )
  const { openDataset, readTestPairs } = await import('../data/index.ts')
  const { embedCached, embedPhotos } = await import('../embedder/index.ts')
  const { matchLocally, placesWords } = await import('../identify/index.ts')
  const { flags, postProcessing } = await afterRanking(given)
  await checkFilesFirst(flags)
  const { data, open, reading } = await photosToRead(flags, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, part: 'test' }))
  await checkOutputs([out], { flags, manifest: listed }, { overwrite })
  warnOfManifest(listed)
  await checkPhotosFirst(listed, reading)
  const locating = { ...(await locatingBy(flags)), animals: 'largest' } as const // each test photo is one row
  const pairs = readTestPairs(data)
  const embed = flags.match === 'none' ? embedPhotos : embedCached // matching takes long: stopped, it begins with what was embedded
  const matchers = await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    return withModel(flags, async (embedder) => {
      const embedded = await withProgress('embedding', { ...reading, signal }, (options) =>
        embed(embedder, manifest, options),
      )
      await warnOfSkipped(embedded.skipped)
      await warnOfIdentical(embedded)
      const learnt = await matchingFor(flags, { embedder, postProcessing })
      await tellFlanks(embedded, pairs)
      const matched = await withMatching(flags, { signal, learnt }, async (local) => {
        if (local === undefined) return undefined
        const leaveOut = (query: number, photo: number) => query === photo
        return matchLocally(local, { queries: embedded, gallery: embedded, leaveOut, postProcessing })
      })
      const { scores, withoutPhoto } = scorePairs(pairs, embedded, kind, postProcessing, matched?.adjust)
      if (withoutPhoto > 0)
        warn(`${counted(withoutPhoto, 'row names', 'rows name')} a photo that was skipped: their similarity is 0`)
      writeSubmission(out, { rowIds: pairs.rowIds, scores })
      return matched?.matchers
    })
  })
  const { postProcessingWords } = await import('../retrieval/index.ts')
  const done = postProcessingWords(postProcessing)
  const report = checkSubmission(out, join(data, 'test.csv'))
  say(inFlags(formatSubmissionReport(report)))
  if (done !== undefined) say(`made with ${done}`)
  if (flags.match !== 'none')
    say(`ranked ${flags.match === 'local' ? '' : 'with '}${placesWords({ match: flags.match, matchers })}`)
  if (!report.ok) throw new FailedCheck()
}

/** Pairs of two flanks cannot be matched by the coat: that is told, and their similarity left as it is, for test.csv counts individuals. */
async function tellFlanks({ photos }: PhotoEmbeddings, pairs: TestPairs): Promise<void> {
  const { otherFlank, sidesOf } = await import('../identify/index.ts')
  if (sidesOf(photos).every((side) => side === undefined)) return
  const placeOf = new Map(photos.map(({ filename }, i) => [filename, i]))
  const isOther = otherFlank(photos, photos)
  const places = pairs.filenames.map((filename) => placeOf.get(filename))
  const count = pairs.queryIndex.reduce((sum, query, i) => {
    const [a, b] = [places[query], places[pairs.galleryIndex[i]!]]
    return a !== undefined && b !== undefined && isOther(a, b) ? sum + 1 : sum
  }, 0)
  if (count > 0) tell(`note: ${counted(count, 'pair shows', 'pairs show')} two flanks, whose coats cannot be matched`)
}
