import { dirname, relative, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { check, counted, csvText, writeFileAtomic } from '../base/index.ts'
import type { Manifest, OpenOptions, Photo, SplitSide } from '../data/index.ts'
import type { Embedder, EmbedOptions } from '../embedder/index.ts'
import type { RunData } from '../run/index.ts'
import type { RoundModel, SecondRound } from '../study/index.ts'
import { addCalibrationOption, type CalibrationFlags, calibrationFor } from './calibrated.ts'
import { checkFilesFirst } from './files-first.ts'
import { speakingOf } from './flag-words.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { type FlankFlags, flanksOption } from './match-options.ts'
import { aboveZero } from './numbers.ts'
import { addDataOptions, addModelOptions, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { plainRound, roundText } from './pseudo-label-text.ts'
import { say, tell, warn } from './say.ts'
import { type RoundRow, rootOf, secondRoundRows } from './second-round-rows.ts'
import {
  interruptible,
  runsIn,
  runToScoreBy,
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
  rosette pseudo-label --model runs/folds --data jaguars \\
    --unlabelled new-photos --out round-two.csv
  rosette train --data round-two.csv --out runs/round-two

A photo gets a name if every model finds the same individual first, is as
confident as --min-confidence asks, and has the photo among the --neighbours
nearest photos of the known one. If a model has a calibration
(\`rosette calibrate\`), the confidence is a probability. Without one it is the
share of known photos whose nearest stranger is less similar.

The table has the known photos as they are, and the proposed ones with "yes" in
the column proposed. \`rosette train\`, \`cv\` and \`split\` let these train only.
No score counts them, and no gallery takes a name from them.`

interface PseudoLabelFlags extends ModelFlags, DataFlags, LocateFlags, FlankFlags, CalibrationFlags {
  readonly data?: string
  readonly unlabelled: string
  readonly newImages?: string
  readonly newColumns?: string
  readonly out: string
  readonly minConfidence?: number
  readonly neighbours?: number
  readonly json?: boolean
  readonly overwrite?: boolean
}

/** `rosette pseudo-label`: names that several models agree on, for a second round of training. */
export function pseudoLabelCommand(): Command {
  const command = new Command('pseudo-label')
    .summary('propose names for new photos, to train a second round')
    .description(
      'Propose names for new photos on which several models agree, and write a table to train a second round.',
    )
    .addOption(
      new Option(
        '--data <D>',
        'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
      ).default(undefined, 'what the runs were trained from'),
    )
    .requiredOption('--unlabelled <N>', 'photos to name: a folder or a table (CSV); labels are not looked at')
    .option('--new-images <DIR>', 'the folder that file names start from in the table of --unlabelled')
    .option('--new-columns <field=column,…>', 'the names of the columns in the table of --unlabelled')
    .requiredOption('--out <FILE.csv>', 'the table to write: known and proposed photos')
    .addOption(
      new Option('--min-confidence <C>', 'how confident each model must be, from 0 to 1')
        .argParser(confidence)
        .default(undefined, '0.95'),
    )
    .addOption(
      new Option('--neighbours <K>', 'a photo must be among the K nearest of the known photo that names it')
        .argParser(aboveZero)
        .default(undefined, '5'),
    )
    .addOption(flanksOption())
    .option('--json', 'print JSON in place of the summary: what came of each photo')
    .option('--overwrite', 'replace --out')
  return addCalibrationOption(addLocateOptions(addDataOptions(addModelOptions(command))))
    .addHelpText('after', example)
    .action(pseudoLabelAction)
}

async function pseudoLabelAction(flags: PseudoLabelFlags): Promise<void> {
  const { out, overwrite = false, minConfidence, neighbours, flanks } = flags
  const { openDataset } = await import('../data/index.ts')
  const { firstRoundSides, secondRound } = await import('../study/index.ts')
  await checkFilesFirst(flags)
  const { data, open, reading, namedBy } = await photosToRead(flags, flags.data)
  const known = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, known)
  const asked = unlabelledIn(flags, openDataset)
  const photos = [flags.unlabelled, ...asked.photos.map(({ path }) => path)]
  await checkOutputs([out], { flags, manifest: known, photos }, { overwrite })
  const root = rootOf([...known.photos, ...asked.photos], out)
  warnOfManifest(known)
  warnOfManifest(asked)
  await checkPhotosFirst(known, reading)
  await checkPhotosFirst(asked, { ...reading, names: unlabelledNames })
  const outlines = [...known.photos, ...asked.photos].filter(({ mask }) => mask?.outline !== undefined).length
  if (outlines > 0)
    warn(
      `${counted(outlines, 'mask is an outline in a file of annotations, and the table cannot name it', 'masks are outlines in a file of annotations, and the table cannot name them')}: train without masks, or give --masks`,
    )
  const locating = await locatingBy(flags)
  const { round, rows } = await interruptible(async (signal) => {
    const [ours, others] = [await withLocated(locating, known, signal), await withLocated(locating, asked, signal)]
    return withModel(flags, async (embedder) => {
      await warnOfTrust(embedder)
      const members = embedder.members ?? []
      check(
        members.length >= 2,
        `pseudo-label: expected several models, got ${embedder.source}`,
        'repeat --model, or name a folder of `rosette cv` or `rosette ensemble`',
      )
      const embedded = (of: Embedder, name: string) =>
        roundModel(of, { known: ours, unlabelled: others, name, ...reading, signal })
      const models: RoundModel[] = []
      for (const [i, member] of members.entries()) {
        const model = await embedded(member, `model ${i + 1} of ${members.length}`)
        const [path = member.run] = flags.model.length > 1 ? flags.model.slice(i) : []
        const own =
          path === undefined ? undefined : await calibrationFor({ model: [path], data }, member, { animals: ours })
        models.push({ ...model, scores: own?.record.embedding })
      }
      const calibration = await calibrationFor({ ...flags, data }, embedder, { animals: ours })
      const together = calibration && {
        ...(await embedded(embedder, 'together')),
        scores: calibration.record.embedding,
      }
      const [first] = models
      await warnOfSkipped([...first!.known.skipped, ...first!.unlabelled.skipped])
      const { seen, shared } = await sawPhotos(embedder)
      const sides = firstRoundSides(first!.known, shared)
      if (sides.every((side) => side === undefined)) tell(`note: ${noSplit}`)
      const round = secondRound({ models, together, sides, seen }, { confidence: minConfidence, k: neighbours, flanks })
      return { round, rows: rowsOf(first!.known.photos, sides, round) }
    })
  })
  writeFileAtomic(out, csvText(secondRoundRows(rows, root), { formulas: 'kept' }))
  say(flags.json ? JSON.stringify(plainRound(round), undefined, 2) : roundText(round, out, rows.length))
  if (root !== dirname(resolve(out))) tell(`read it back with --data ${out} --images ${relative('', root) || '.'}`)
}

const noSplit =
  'the models have no split in common and the table has none: the second round splits for itself, and its scores are a little too good, because the models that made the proposals learned from every photo. Score it on photos that none of them saw'

const unlabelledNames = { data: 'unlabelled', images: 'newImages', columns: 'newColumns' }

/** Photos to be named. What a column or a folder calls them is not looked at. */
function unlabelledIn(flags: PseudoLabelFlags, open: (path: string, options: OpenOptions) => Manifest): Manifest {
  const { unlabelled, newImages: images, newColumns: columns } = flags
  const ofKnown = { detections: undefined, masks: undefined }
  const options = { ...dataOptions(flags), ...ofKnown, ...tableOptions(images, columns), part: 'all' } as const
  const listed = speakingOf(unlabelledNames, () => withListing((watch) => open(unlabelled, { ...options, ...watch })))
  const photos = listed.photos.map(({ identity: _, proposed: __, ...photo }) => photo)
  return { ...withoutSingles(listed), photos }
}

function tableOptions(
  images: string | undefined,
  columns: string | undefined,
): Pick<OpenOptions, 'images' | 'columns'> {
  const own = dataOptions({
    ...(images === undefined ? {} : { images }),
    ...(columns === undefined ? {} : { columns }),
  })
  return { images: own.images, columns: own.columns }
}

interface BothKinds extends Pick<EmbedOptions, 'skipUnreadable' | 'limitPixels' | 'signal'> {
  readonly known: Manifest
  readonly unlabelled: Manifest
  /** The model's, for who waits. */
  readonly name: string
}

/** All photos embedded by a model. */
async function roundModel(embedder: Embedder, { known, unlabelled, name, ...options }: BothKinds): Promise<RoundModel> {
  const { embedCached } = await import('../embedder/index.ts')
  const embed = (what: string, manifest: Manifest) =>
    withProgress(`${what}, ${name}`, options, (watch) => embedCached(embedder, manifest, watch))
  return { known: await embed('known', known), unlabelled: await embed('unlabelled', unlabelled) }
}

/** The files that the runs behind a model saw, and the data of the run whose split all of them share. */
async function sawPhotos(embedder: Embedder): Promise<{ seen: ReadonlySet<string>; shared: RunData | undefined }> {
  const { RunFolder, readRunData } = await import('../run/index.ts')
  const dataOf = (run: string) => (new RunFolder(run).hasSplit() ? readRunData(run) : undefined)
  const contents = runsIn(embedder).flatMap((run) => dataOf(run)?.contents ?? [])
  const run = await runToScoreBy(embedder)
  return {
    seen: new Set(contents.flatMap(({ train, validation }) => [...train, ...validation])),
    shared: run === undefined ? undefined : dataOf(run),
  }
}

function rowsOf(
  known: readonly Photo[],
  sides: readonly (SplitSide | undefined)[],
  { photos }: SecondRound,
): RoundRow[] {
  const side = sides.some((one) => one !== undefined) ? 'train' : undefined
  return [
    ...known.map((photo, i) => ({ photo, side: sides[i], confidence: notedConfidence(photo) })),
    ...photos.flatMap(({ photo, identity, confidence }): RoundRow[] =>
      identity === null || confidence === null
        ? []
        : [{ photo: { ...photo, identity, proposed: true, fold: undefined }, side, confidence }],
    ),
  ]
}

/** What an earlier round noted of a photo. */
function notedConfidence({ proposed, extra }: Photo): number | undefined {
  const noted = extra.proposed_confidence ?? ''
  return proposed === true && noted !== '' && Number.isFinite(Number(noted)) ? Number(noted) : undefined
}

function confidence(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Expected a number above 0, at most 1.')
  return value
}
