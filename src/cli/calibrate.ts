import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { check, checkOutput, counted, writeFileAtomic } from '../base/index.ts'
import type { EmbedOptions, PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibrationRecord, ExcludeSame, SplitName } from '../identify/index.ts'
import { addGalleryOptions, type GalleryFlags, galleryNames, galleryOf } from './asked-gallery.ts'
import { betterMatch } from './default-match.ts'
import { checkFilesFirst } from './files-first.ts'
import { filesOfGallery, locatedGallery } from './gallery-source.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, type FlankFlags, flanksOption, type MatchFlags, withMatching } from './match-options.ts'
import { addDataOptions, addModelOptions, type DataFlags, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { checkGalleryFirst, checkScoredFirst } from './photos-first.ts'
import { progress } from './progress.ts'
import { say, warn } from './say.ts'
import { dataOption, excludeSameOption, splitOption } from './scored-photos.ts'
import {
  interruptible,
  photosToScore,
  runsIn,
  runToScoreBy,
  tellNotes,
  warnOfIdentical,
  warnOfIdenticalKnown,
  warnOfLearned,
  warnOfManifest,
  warnOfSkipped,
  withListing,
  withModel,
  withProgress,
} from './work.ts'

const example = `
Examples:
  rosette calibrate --model runs/jaguars
  rosette calibrate --model runs/jaguars --data new.csv --images new-photos \\
    --gallery known-jaguars --match fused --chart reliability.svg

A similarity is no probability. This command learns on photos of known animals
what a similarity means: how probable it is that two photos show one animal, and
that a photo shows nobody of the gallery. The accuracy that it prints was
measured on individuals from which it did not learn.

calibration.json is written into the model's folder. \`rosette identify\` finds it
there and answers with a name, "not in the gallery" or "unsure"
(docs/answers.md). It holds for this model only. A lone .onnx file has no folder
of its own: say --out there.

With --match local the scores of places of the coat are calibrated too, for
\`rosette identify --match local\`. With --match fused it also measures three
ways to join these scores with similarities. From then on --match fused uses the
best one. For this coats are asked twice: with a photo's own individual among
the known ones, and without it, which takes little longer than once.`

interface CalibrateFlags extends ModelFlags, DataFlags, LocateFlags, MatchFlags, FlankFlags, GalleryFlags {
  readonly data?: string
  readonly out?: string
  readonly chart?: string
  readonly split?: SplitName
  readonly excludeSame?: ExcludeSame
  readonly overwrite?: boolean
}

/** `rosette calibrate`: what a model's scores mean. */
export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .summary('learn what a similarity means, for answers with a probability')
    .description(
      'Learn from photos of known individuals how probable a match of each similarity is, and measure how reliable that is.',
    )
    .addOption(dataOption())
    .addOption(
      new Option('--out <calibration.json>', 'the file to write').default(
        undefined,
        "in the model's folder; required for a lone .onnx file",
      ),
    )
    .option('--chart <FILE.svg>', 'also draw how often answers of each probability were right')
    .addOption(splitOption())
    .addOption(excludeSameOption())
    .addOption(flanksOption())
    .option('--overwrite', 'replace --out and --chart')
  return addMatchOption(addLocateOptions(addDataOptions(addModelOptions(addGalleryOptions(command)))))
    .addHelpText('after', example)
    .action(calibrateAction)
}

async function calibrateAction(flags: CalibrateFlags): Promise<void> {
  const { split, excludeSame, chart, overwrite = false } = flags
  check(split !== 'train', '--split train: expected photos that the run did not learn from', 'it knows these by heart')
  const { identifiedOnly, openDataset } = await import('../data/index.ts')
  const { embedCached, loadGallery } = await import('../embedder/index.ts')
  const { checkSecondEncounter, exclusion, matchPresentAndAbsent, meetingOf, otherEncounters, writeCalibration } =
    await import('../identify/index.ts')
  const { calibrateModel, checkCalibratable } = await import('../study/index.ts')
  await checkFilesFirst(flags)
  const out = flags.out ?? (await placeFor(flags))
  checkOutput(out, { overwrite })
  if (chart !== undefined) checkOutput(chart, { overwrite, option: 'chart' })
  const { data, open, reading, namedBy } = await photosToRead(flags, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, listed)
  const source = await galleryOf(flags)
  const inputs = { flags, manifest: listed, photos: source === undefined ? [] : filesOfGallery(source) }
  if (flags.out !== undefined) await checkOutputs([out], inputs, { overwrite })
  if (chart !== undefined) await checkOutputs([chart], inputs, { overwrite, option: 'chart' })
  await checkScoredFirst(listed, { ...reading, model: flags.model, split })
  await checkGalleryFirst(source, { ...reading, names: galleryNames })
  const locating = await locatingBy(flags)
  await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    const gallery = source && (await locatedGallery(locating, source, signal))
    await withModel(flags, async (embedder) => {
      const selection = await photosToScore(manifest, {
        ...{ run: await runToScoreBy(embedder), members: runsIn(embedder) },
        ...{ split, signal },
      })
      if (selection.split === 'all') warnOfManifest(manifest)
      else tellNotes(manifest)
      const identified = identifiedOnly(selection.manifest)
      const { photos } = identified
      if (gallery === undefined) checkSecondEncounter(identified, exclusion(photos, excludeSame), selection.split)
      if (gallery?.kind !== 'stored') checkCalibratable(photos, gallery?.manifest.photos)
      const learned = await warnOfLearned(selection, embedder)
      const embed = (title: string, work: (options: EmbedOptions) => Promise<PhotoEmbeddings>) =>
        withProgress(title, { ...reading, signal }, work)
      const queries = await embed('embedding', (options) => embedCached(embedder, identified, options))
      const known = gallery && (await embed('gallery', (options) => loadGallery(embedder, gallery, options)))
      await warnOfSkipped([...queries.skipped, ...(known?.skipped ?? [])])
      await (known === undefined ? warnOfIdentical(queries) : warnOfIdenticalKnown(known))
      const meeting = meetingOf(queries, known, { excludeSame, flanks: flags.flanks })
      const model = { name: embedder.name, fingerprint: await embedder.fingerprint() }
      const about = { ...meeting, model, data: manifest.source, source: gallery?.source, trainedOn: learned }
      const { areOwnMatchers, fusionOf, jointFingerprint } = await import('../local/index.ts')
      const record = await withMatching(flags, { signal, gallery }, async (matching) => {
        const matched = matching && (await matchPresentAndAbsent(matching, meeting))
        const bar = progress('calibrating', 'ways to score')
        try {
          const how = matching && {
            match: matching.kind,
            extractor: jointFingerprint(matching.extractors),
            named: areOwnMatchers(flags.matcher) ? (flags.matcher ?? ['sift']) : undefined,
            config: fusionOf(matching.extractors),
            matchers: matching.extractors.length,
          }
          const input = { ...about, local: matched?.present, absent: matched?.absent, ...how }
          return calibrateModel(input, { onWay: bar.update })
        } finally {
          bar.stop()
        }
      })
      if (chart !== undefined) await drawChart(chart, record)
      writeCalibration(out, record)
      warnOfFew(record)
      const sightings = record.fittedOn.protocol.includes(otherEncounters)
      const { calibrationText } = await import('./calibration-text.ts')
      say(calibrationText(record, { ...selection, sightings }))
      say(`\n${out}: ${await usedBy(out, flags)}${chart === undefined ? '' : `; ${chart}: how far it holds`}`)
    })
  })
}

/** Fewer say little of how scores of other individuals are spread. */
const fewIndividuals = 20

function warnOfFew({ fittedOn: { individuals }, embedding }: CalibrationRecord): void {
  if (individuals >= fewIndividuals) return
  if (embedding.measured !== null)
    return warn(`${counted(individuals, 'individual is', 'individuals are')} few: the probabilities are rough`)
  warn(
    `${counted(individuals, 'individual is', 'individuals are')} TOO FEW to measure anything: with this calibration \`rosette identify\` answers "unsure"`,
  )
}

/** The file in the folder of the one model. A lone .onnx file may lie among other people's: nothing is put beside it unasked. */
async function placeFor({ model }: ModelFlags): Promise<string> {
  const { calibrationPlaces } = await import('../identify/index.ts')
  const [only, ...more] = model
  check(
    only !== undefined && more.length === 0,
    `calibrate: several models, and no file to write`,
    '--out names it; `rosette ensemble` makes one folder of several models',
  )
  const [place] = calibrationPlaces(only)
  check(
    statSync(only).isDirectory(),
    `calibrate: ${only} is a file, which has no folder of its own to write into: expected --out`,
    `--out ${place}, where \`rosette identify\` finds it by itself; or any other file, which --calibration names`,
  )
  return place
}

/** What answers by a calibration, and how. */
async function usedBy(out: string, { model, gallery }: CalibrateFlags): Promise<string> {
  const { calibrationFile, calibrationPlaces } = await import('../identify/index.ts')
  const ofModel = model.length === 1 ? model.flatMap(calibrationPlaces) : []
  const places = [...ofModel, ...(gallery === undefined ? [] : [join(gallery, calibrationFile)])]
  const isFound = places.some((place) => resolve(place) === resolve(out))
  return isFound ? 'identify answers by it' : `\`rosette identify --calibration ${out}\` answers by it`
}

async function drawChart(path: string, record: CalibrationRecord): Promise<void> {
  const { reliabilityChart, svgDocument } = await import('../chart/index.ts')
  const { data, photos, individuals } = record.fittedOn
  const better = betterMatch(record)
  const { measured } = (better && record[better]) ?? record.embedding
  check(
    measured !== null,
    '--chart: too few individuals to measure how far probabilities hold',
    'photos of eight individuals at least',
  )
  const source = `${record.model.name}; ${counted(photos, 'photo')} of ${counted(individuals, 'individual')}, ${data}`
  writeFileAtomic(path, svgDocument(reliabilityChart({ ...measured, source })))
}
