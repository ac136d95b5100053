import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { check, counted, csvText, formatTable, optionText, writeFileAtomic } from '../base/index.ts'
import type { Bursts, Manifest, Photo, Split, SplitKind } from '../data/index.ts'
import { addBurstModelOptions, type BurstModelFlags, checkBurstModel, cosinesBy } from './burst-model.ts'
import { checkFilesFirst } from './files-first.ts'
import { speakingOf } from './flag-words.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { aboveZero, notNegative, openShare } from './numbers.ts'
import { oneIndividual, oneValidates } from './one-individual.ts'
import { addDataOptions, type DataFlags, dataOptions } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { stagedProgress } from './progress.ts'
import { say, tell, warn } from './say.ts'
import { refuseUnusedLocating } from './unused-options.ts'
import { interruptible, warnOfManifest, withListing } from './work.ts'

const example = `
Examples:
  rosette split --data jaguars --kind stratified --out split.csv
  rosette split --data jaguars.csv --kind encounter --folds 5 --out folds.csv
  rosette split --data jaguars.csv --kind identity --fraction 0.3 --out new.csv

Kinds, from the easiest, which flatters a model most, to the hardest:
  stratified  photos are drawn by lot, so photos of one moment are on both sides
  burst       photos that are nearly the same stay together; with --model, also
              those that are alike to a network
  encounter   the photos of a sighting stay together
  station     the photos of a camera's place stay together
  time        the latest photos validate
  identity    an individual's photos stay together; the individuals that
              validate are new to the model

All but time and identity also spread each individual evenly. The file has the
columns of the table and one more: split (train, validation), or with --folds
fold, the number of the fold in which a photo validates. Test photos of the
table's own split stay test photos. Every command reads the file in place of the
table. With options that change labels or boxes (--merge-similar-labels,
--detections …) and for other sources than tables, it lists each photo or animal
as it was read: labels, encounters, flanks, boxes in pixels, masks. What
--locate finds decides which photos look alike and is not written.`

interface SplitFlags extends DataFlags, LocateFlags, BurstModelFlags {
  readonly data: string
  readonly kind?: SplitKind
  readonly folds?: number
  readonly fraction?: number
  readonly seed?: number
  readonly out: string
  readonly overwrite?: boolean
}

/** `rosette split`: photos in, a table that says which of them train and which validate out. */
export function splitCommand(): Command {
  const kinds: readonly SplitKind[] = ['stratified', 'burst', 'encounter', 'station', 'time', 'identity']
  const command = new Command('split')
    .summary('write a table that splits photos without leaks')
    .description('Divide the photos of known individuals into those that train and those that validate, or into folds.')
    .requiredOption(
      '--data <D>',
      'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .requiredOption('--out <FILE.csv>', 'the table to write')
    .addOption(
      new Option('--kind <kind>', 'what the two sides never share')
        .choices(kinds)
        .default(
          undefined,
          'encounter where encounters are known, else burst where photos look alike, else stratified',
        ),
    )
    .addOption(
      new Option('--folds <K>', 'K folds: each photo validates in one of them')
        .argParser(aboveZero)
        .conflicts('fraction'),
    )
    .addOption(
      new Option('--fraction <F>', 'the share of the photos that validates')
        .argParser(openShare)
        .default(undefined, '0.2'),
    )
    .addOption(new Option('--seed <S>', 'seed of what is drawn by lot').argParser(notNegative).default(undefined, '0'))
    .option('--overwrite', 'replace --out')
  addBurstModelOptions(
    command,
    'a model to which the photos of a burst are alike as well; for photos that differ in more than 11 bits',
  )
  return addLocateOptions(addDataOptions(command)).addHelpText('after', example).action(splitAction)
}

async function splitAction(flags: SplitFlags): Promise<void> {
  const { data, out, overwrite = false, folds: count, fraction, seed = 0, model = [], modelConfig } = flags
  const { checkFoldNames, dividesByBurst, folds, groupedSplit, hashSplit, openDataset, usualSplitKind } = await import(
    '../data/index.ts'
  )
  checkBurstModel(flags)
  check(
    model.length === 0 || flags.kind === undefined || flags.kind === 'burst',
    `--model: finds bursts, and a split by ${flags.kind} looks for none`,
    'leave it out, or split with --kind burst',
  )
  await checkFilesFirst(flags)
  refuseUnusedLocating(flags, flags.locate)
  const manifest = withListing((watch) =>
    openDataset(data, { ...dataOptions(flags), ...watch, requireIdentity: true, skipUnreadable: true }),
  )
  await checkOutputs([out], { flags: { model, ...(modelConfig && { modelConfig }) }, manifest }, { overwrite })
  warnOfManifest(manifest)
  checkFoldNames(manifest.photos)
  const rows = manifest.photos.flatMap(({ identity, split = 'train' }, i) =>
    identity !== undefined && (split === 'train' || split === 'validation') ? [i] : [],
  )
  const photos = await withAnimals({ ...manifest, photos: rows.map((row) => manifest.photos[row]!) }, flags)
  const alone = oneIndividual(photos)
  if (alone !== undefined) warn(alone)
  const lot = { seed, ...(fraction === undefined ? {} : { fraction }) }
  const known = flags.kind ?? usualSplitKind(photos, lot)
  const unknown = flags.kind === undefined && photos.every(({ encounter }) => encounter === undefined)
  const found = known === 'burst' || unknown ? await findBursts(photos, flags) : undefined
  if (found === undefined && model.length > 0)
    warn(
      '--model is not used: sightings are known, and decide which photos stay together; --kind burst looks for bursts',
    )
  const byBurst = unknown && found !== undefined && dividesByBurst(photos, found, lot)
  const kind = byBurst ? 'burst' : known
  if (byBurst) tell('no sightings are known: photos that look alike stay together; --kind stratified divides by lot')
  else if (unknown && alone === undefined)
    warn(
      'no sightings are known, so that photos of one sighting come on both sides, which flatters every score: give a column with encounters',
    )
  if (flags.kind === undefined && !unknown && kind === 'stratified' && alone === undefined)
    warn(
      'too few individuals have several sightings to keep each on one side: photos of one sighting come on both sides, which flatters every score',
    )
  const bursts = kind === 'burst' ? found?.bursts : undefined
  const splits =
    count === undefined
      ? [groupedSplit(photos, { ...lot, kind, bursts })]
      : folds(photos, { kind, folds: count, seed, bursts })
  if (count === undefined) checkSetAside(kind, photos, splits[0]!)
  const cells = manifest.photos.map(({ split }): string => (count === undefined && split === 'test' ? 'test' : ''))
  splits.forEach((split, fold) => {
    for (const i of split.validation) cells[rows[i]!] = count === undefined ? 'validation' : String(fold + 1)
    if (count === undefined) for (const i of split.train) cells[rows[i]!] = 'train'
  })
  const field = count === undefined ? 'split' : 'fold'
  const { tableWith } = await import('./split-rows.ts')
  const { rows: table, options, warnings } = tableWith(manifest, flags, [{ field, cells }], out)
  writeFileAtomic(out, csvText(table, { formulas: 'kept' }))
  const hashes = splits.map((split) => hashSplit(photos, split).slice(0, 12))
  say(`split by ${kind}\n\n${sidesTable(photos, splits, hashes)}\n\n${out}: ${counted(table.length - 1, 'row')}`)
  if (count === undefined) await tellIfLarge(splits[0]!, kind, fraction)
  for (const text of [...warnings, ...oneValidates(photos, splits)]) warn(text)
  if (count !== undefined) await warnOfFolds(photos, splits, kind)
  const reading = { ...options, ...locatingText(flags) }
  if (Object.keys(reading).length > 0) tell(`read it back with ${optionText({ data: out, ...reading })}`)
}

/** Says that far more photos validate than were asked for. */
async function tellIfLarge(split: Split, kind: SplitKind, asked: number | undefined): Promise<void> {
  if (kind !== 'encounter' && kind !== 'burst') return
  const { moreThanAskedWords, splitDefaults } = await import('../data/index.ts')
  const words = moreThanAskedWords(split, { kind, fraction: asked ?? splitDefaults.fraction, asked: '--fraction' })
  if (words !== undefined) tell(`the photos that validate are ${words}`)
}

/** The photos of known individuals, each with the animal that --locate finds on it. */
async function withAnimals(manifest: Manifest, flags: SplitFlags): Promise<readonly Photo[]> {
  const { photos } = await interruptible((signal) => withLocated(flags, manifest, signal))
  return photos
}

/** The table does not hold what was found: whoever reads it finds it again. */
function locatingText({ locate, locateConfig, animals, confidence }: SplitFlags): Parameters<typeof optionText>[0] {
  if (locate === undefined || locate === 'none') return {}
  return {
    locate,
    ...(locateConfig === undefined ? {} : { locateConfig }),
    ...(animals === undefined ? {} : { animals }),
    ...(confidence === undefined ? {} : { confidence }),
  }
}

/** What cross-validation would say of these folds. */
async function warnOfFolds(photos: readonly Photo[], splits: readonly Split[], kind: SplitKind): Promise<void> {
  const { foldWarnings } = await import('../study/index.ts')
  const parts = splits.map(({ validation }) => validation.map((row) => photos[row]!))
  speakingOf({ by: 'kind' }, () => foldWarnings(parts, kind).forEach(warn))
}

/** @throws InputError where no photo validates: a table that sets nothing aside measures nothing. */
function checkSetAside(kind: SplitKind, photos: readonly Photo[], { validation }: Split): void {
  const why =
    kind === 'encounter' || kind === 'burst'
      ? `no two individuals were seen in two ${kind}s`
      : 'no individual has four photos or more'
  const individuals = new Set(photos.map(({ identity }) => identity)).size
  const others = (['stratified', 'identity'] as const).filter((other) => other !== kind)
  check(
    validation.length > 0,
    `split by ${kind}: no photo can validate: of ${counted(photos.length, 'photo')} of ${counted(individuals, 'individual')}, ${why}`,
    `another kind may: ${others.map((other) => optionText({ kind: other })).join(' or ')}`,
  )
}

/** The burst of each photo; joins are told. */
async function findBursts(photos: readonly Photo[], flags: SplitFlags): Promise<Bursts> {
  const { limitPixels, model = [], burstCosine: cosine } = flags
  const { burstWords, findBursts, shortList } = await import('../data/index.ts')
  return interruptible(async (signal) => {
    const stages = stagedProgress()
    const onProgress = (part: string, done: number, total: number) => stages.update(part, 'photos', done, total)
    const cosinesOf = (read: readonly Photo[]) => {
      stages.stop()
      return cosinesBy(read, flags, signal)
    }
    const asking = model.length === 0 ? {} : { cosine, cosinesOf }
    const found = await findBursts(photos, { limitPixels, signal, onProgress, ...asking }).finally(stages.stop)
    tell(`bursts: ${burstWords(found)}`)
    const gone = photos.filter(({ path }) => !existsSync(path)).map(({ filename }) => filename)
    if (gone.length > 0)
      warn(
        `${counted(gone.length, 'photo is not there and was', 'photos are not there and were')} not compared: ${shortList(gone)}`,
      )
    return found
  })
}

function sidesTable(photos: readonly Photo[], splits: readonly Split[], hashes: readonly string[]): string {
  const rows = splits.flatMap(({ train, validation }, k) => {
    const name = splits.length === 1 ? '' : `fold ${k + 1} `
    return [
      [`${name}train`, ...countsOf(photos, train), ''],
      [`${name}validation`, ...countsOf(photos, validation), hashes[k]!],
    ]
  })
  return formatTable(['side', 'photos', 'individuals', 'encounters', 'hash'], rows)
}

function countsOf(photos: readonly Photo[], rows: readonly number[]): string[] {
  const different = (field: 'identity' | 'encounter') =>
    String(new Set(rows.flatMap((row) => photos[row]![field] ?? [])).size)
  return [String(rows.length), different('identity'), different('encounter')]
}
