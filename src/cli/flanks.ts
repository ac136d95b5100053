import { Command, Option } from 'commander'
import { counted, csvText, optionText, writeFileAtomic } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { FlankProposal, FlankProposals } from '../flank/index.ts'
import { asTyped, wordsOf } from './flag-words.ts'
import { type FlankOf, flankColumns, knownFlanks } from './flank-rows.ts'
import { identifyCommand } from './identify.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { fraction } from './numbers.ts'
import {
  addDataOptions,
  type DataFlags,
  dataOptions,
  deviceOption,
  type ModelFlags,
  memoryLimitOption,
  threadsOption,
} from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { progress } from './progress.ts'
import { say, tell, warn } from './say.ts'
import type { SplitTable } from './split-rows.ts'
import { refuseUnusedLocating } from './unused-options.ts'
import { deviceFor, interruptible, warnOfManifest, warnOfSkipped, withListing, withoutSingles } from './work.ts'

const example = `
Examples:
  rosette flanks --data jaguars --out flanks.csv
  rosette flanks --data photos.csv --masks masks --out flanks.csv

A small network proposes which side an animal shows by where its head is. It has
seen drawn animals only, no photographs: look at what it proposes, and at the
confidence beside it (docs/flanks.md tells how often it was right). A flank that
a column, a folder or a file name states is never changed. A photo below the
threshold is unsure: its flank stays empty, and it is compared with both.

The file has the columns of the table and flank, flank_confidence and flank_from
(stated, name, proposed, unsure). Every command reads it in place of the table:
\`rosette identify\` as --gallery where it lists known animals, else as PHOTO.`

interface FlanksFlags extends DataFlags, LocateFlags, Pick<ModelFlags, 'device'> {
  readonly data: string
  readonly out: string
  readonly threshold?: number
  readonly threads?: number
  readonly memoryLimit?: number
  readonly overwrite?: boolean
}

/** `rosette flanks`: photos in, a table out that says which flank each shows, as far as that can be told. */
export function flanksCommand(): Command {
  const command = new Command('flanks')
    .summary('propose which flank each photo shows')
    .description('Propose for photos of unknown flank which side the animal shows: left, right, front or back.')
    .requiredOption('--data <D>', 'a folder of photos, a folder for each animal, a table (CSV), or a Kaggle folder')
    .requiredOption('--out <FILE.csv>', 'the table to write')
    .addOption(
      new Option('--threshold <T>', 'how confident the network must be to propose a flank, from 0 to 1')
        .argParser(fraction)
        .default(undefined, '0.9'),
    )
    .option('--overwrite', 'replace --out')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(memoryLimitOption())
  return addLocateOptions(addDataOptions(command)).addHelpText('after', example).action(flanksAction)
}

async function flanksAction(flags: FlanksFlags): Promise<void> {
  const { data, out, overwrite = false } = flags
  const { openDataset } = await import('../data/index.ts')
  const { sidesOf } = await import('../identify/index.ts')
  refuseUnusedLocating(flags, flags.locate)
  const listed = withListing((watch) => openDataset(data, { ...dataOptions(flags), ...watch }))
  await checkOutputs([out], { flags: { model: [] }, manifest: listed }, { overwrite })
  warnOfManifest(withoutSingles(listed))
  await checkPhotosFirst(withoutFlank(listed, sidesOf(listed.photos)), flags)
  const { manifest, flanks, skipped } = await interruptible(async (signal) => {
    const located = await withLocated(flags, listed, signal)
    const known = knownFlanks(located.photos, sidesOf(located.photos))
    const asked = withoutFlank(located, sidesOf(located.photos))
    const { proposals, skipped } = await proposalsFor(asked, flags, signal)
    const flanks = located.photos.map((photo, i) => known[i] ?? asProposed(proposals.get(photo)))
    return { manifest: located, flanks, skipped }
  }, 'stopped; what was looked at so far is kept: the same command goes on')
  await warnOfSkipped(skipped)
  const { tableWith } = await import('./split-rows.ts')
  const { rows, options, warnings } = tableWith(manifest, flags, flankColumns(manifest.photos, flanks), out)
  writeFileAtomic(out, csvText(rows, { formulas: 'kept' }))
  for (const text of warnings) warn(text)
  const next = nextCommand(out, manifest, { ...flags, options })
  say(`${flanksText(flanks)}\n\n${out}: ${counted(manifest.photos.length, 'photo')}\nnext:\n  npx ${next}`)
  if (Object.keys(options).length > 0) tell(`read it back with ${optionText({ data: out, ...options })}`)
}

/** The command that reads the table: of known animals as its gallery, else as the photos to ask about. */
function nextCommand(
  out: string,
  { photos }: Manifest,
  { locate, locateConfig, options }: LocateFlags & Pick<SplitTable, 'options'>,
): string {
  const { images, columns, ...labels } = options
  const command = { model: 'MODEL', ...(locate === 'none' ? {} : { locate, locateConfig }), ...labels }
  return photos.some(({ identity }) => identity !== undefined)
    ? `${asTyped(identifyCommand(), { ...command, gallery: out, images, columns })} NEW_PHOTOS`
    : `${asTyped(identifyCommand(), { ...command, gallery: 'KNOWN_PHOTOS', queryImages: images, queryColumns: columns })} ${wordsOf(out)}`
}

/** The photos to look at: those of which nothing says what they show. */
function withoutFlank(manifest: Manifest, sides: Parameters<typeof knownFlanks>[1]): Manifest {
  const known = knownFlanks(manifest.photos, sides)
  return { ...manifest, photos: manifest.photos.filter((_, i) => known[i] === undefined) }
}

async function proposalsFor(
  asked: Manifest,
  { threshold, threads, device: choice, skipUnreadable, limitPixels }: FlanksFlags,
  signal: AbortSignal,
): Promise<FlankProposals> {
  if (asked.photos.length === 0) return { proposals: new Map(), skipped: [] }
  const { openFacing, proposeFlanks } = await import('../flank/index.ts')
  const network = await openFacing({ threads, device: await deviceFor(choice) })
  const bar = progress('flanks', 'photos')
  try {
    const options = { threshold, skipUnreadable, limitPixels, signal, onProgress: bar.update }
    return await proposeFlanks(network, asked, options)
  } finally {
    bar.stop()
    await network.release()
  }
}

function asProposed(proposal: FlankProposal | undefined): FlankOf {
  return proposal && { from: 'proposed', ...proposal }
}

/** How many flanks were known, are proposed, and are not. */
function flanksText(flanks: readonly FlankOf[]): string {
  const known = flanks.filter((found) => found?.from === 'stated' || found?.from === 'name').length
  const asked = flanks.filter((found) => found?.from === 'proposed')
  const sides = (['left', 'right', 'front', 'back'] as const).flatMap((side) => {
    const count = asked.filter(({ flank }) => flank === side).length
    return count === 0 ? [] : [`${count} ${side}`]
  })
  const unsure = asked.filter(({ flank }) => flank === undefined).length
  return [
    `known     ${counted(known, 'photo, which keeps its flank', 'photos, which keep their flank')}`,
    `proposed  ${sides.length === 0 ? 'none' : sides.join(', ')}`,
    `unsure    ${counted(unsure, 'photo')}: their flank stays empty`,
    ...(asked.length === 0 ? [] : ['', 'the network has seen drawn animals only: look at some of what it proposes']),
  ].join('\n')
}
