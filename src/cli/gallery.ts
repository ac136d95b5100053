import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { check, checkOutput, counted, oneLine } from '../base/index.ts'
import type { GalleryLocal, PhotoEmbeddings } from '../embedder/index.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { countedFor, matcherConfigOption, matcherOption } from './match-options.ts'
import { addDataOptions, addModelOptions, bytesOf, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { locatingBy } from './own-data.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { say, warn } from './say.ts'
import { refuseMatcherWithout } from './unused-options.ts'
import {
  interruptible,
  warnOfIdenticalKnown,
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
  rosette gallery --model runs/jaguars --data jaguars --out known-jaguars
  rosette gallery --model runs/jaguars --data new.csv --append \\
    --out known-jaguars
  rosette identify --model runs/jaguars --gallery known-jaguars trap_0815.jpg

The folder holds no photos: it has their embeddings and hashes, and the names,
encounters, flanks and boxes. It belongs to the model that made it; with another
model it is refused. --append leaves out photos that the gallery has already.`

interface GalleryFlags extends ModelFlags, DataFlags, LocateFlags {
  readonly data: string
  readonly out: string
  readonly append?: boolean
  readonly local?: boolean
  readonly matcher?: readonly string[]
  readonly matcherConfig?: string
  readonly overwrite?: boolean
}

/** `rosette gallery`: known individuals embedded once, to be asked often. */
export function galleryCommand(): Command {
  const command = new Command('gallery')
    .summary('embed known individuals once, to ask often')
    .description('Embed photos of known individuals once. identify and evaluate take the folder as --gallery.')
    .requiredOption('--data <D>', 'known individuals: a folder for each animal, a table (CSV), or a Kaggle folder')
    .requiredOption('--out <DIR>', 'the folder to write')
    .option('--append', 'add photos to the gallery in --out')
    .option('--local', 'keep local features too, for --match (docs/local-matching.md)')
    .addOption(matcherOption())
    .addOption(matcherConfigOption())
    .option('--overwrite', 'replace the gallery in --out')
  return addLocateOptions(addDataOptions(addModelOptions(command)))
    .addHelpText('after', example)
    .action(galleryAction)
}

async function galleryAction(flags: GalleryFlags): Promise<void> {
  const { data, out, append = false, overwrite = false, skipUnreadable, limitPixels } = flags
  const { openDataset, withoutProposed } = await import('../data/index.ts')
  const { appended, embedCached, galleryModel, isGallery, readGallery, writeGallery } = await import(
    '../embedder/index.ts'
  )
  check(!(append && overwrite), '--append adds to a gallery and --overwrite replaces it: choose one')
  check(!append || isGallery(out), `--append: ${out} is no gallery`, 'leave out --append to make one')
  if (flags.local !== true && !append) refuseMatcherWithout(flags, '--local')
  checkOutput(out, { overwrite: append || overwrite, kind: 'folder' })
  await checkFilesFirst(flags)
  check(!existsSync(out) || isGallery(out), `--out: ${out} exists and is no gallery of rosette`, 'choose another name')
  const listed = withoutProposed(
    withListing((watch) => openDataset(data, { ...dataOptions(flags), ...watch, requireIdentity: true })),
  )
  warnOfManifest(withoutSingles(listed))
  await checkPhotosFirst(listed, { skipUnreadable })
  const locating = await locatingBy(flags)
  await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    await withModel(flags, async (embedder) => {
      await warnOfTrust(embedder)
      const model = await galleryModel(embedder)
      const before = append ? readGallery(out, { model }) : undefined // refused before the work, not after it
      const embedded = await withProgress('gallery', { skipUnreadable, limitPixels, signal }, (options) =>
        embedCached(embedder, manifest, options),
      )
      await warnOfSkipped(embedded.skipped)
      await warnOfIdenticalKnown(embedded)
      const { gallery, known, named } =
        before === undefined ? { gallery: embedded, known: 0, named: 0 } : appended(before, embedded)
      if (before !== undefined) await warnOfOtherFiles(before, embedded)
      writeGallery(out, model, gallery, await localOf(flags, gallery, signal))
      say(
        `${out}: ${contents(gallery)}${known === 0 ? '' : `; ${counted(known, 'photo was', 'photos were')} in it already`}${named === 0 ? '' : `, ${named} without a name until now`}`,
      )
    })
  })
}

/** A photo that was replaced is another one of its name: the gallery goes on to answer by the file before. */
async function warnOfOtherFiles(before: PhotoEmbeddings, added: PhotoEmbeddings): Promise<void> {
  const { photoKey } = await import('../data/index.ts')
  const [names, files] = [new Set(before.photos.map(photoKey)), new Set(before.contentHashes)]
  const [first, ...more] = added.photos.filter(
    (photo, i) => names.has(photoKey(photo)) && !files.has(added.contentHashes[i]!),
  )
  if (first === undefined) return
  const [has, ones] =
    more.length === 0 ? ['photo has the name of another file', 'one'] : ['photos have the names of other files', 'ones']
  warn(
    `${more.length + 1} ${has} that the gallery keeps (the first: ${oneLine(first.filename)}): both stay in it, and it still answers by the ${ones} before; where a photo was replaced, make the gallery anew`,
  )
}

/** The local features to keep: asked for, or there already and to be kept up. */
async function localOf(
  {
    out,
    local = false,
    matcher,
    matcherConfig,
    append = false,
    threads,
    memoryLimit,
    skipUnreadable,
    limitPixels,
  }: GalleryFlags,
  gallery: PhotoEmbeddings,
  signal: AbortSignal,
): Promise<readonly GalleryLocal[]> {
  const { galleryLocals } = await import('../embedder/index.ts')
  const before = append ? galleryLocals(out) : []
  if (!local && before.length === 0) return []
  const { jointName, openExtractors, releaseExtractors } = await import('../local/index.ts')
  const { galleryFeatures, storedFeatures } = await import('../identify/index.ts')
  const extractors = await openExtractors(matcher, { matcherConfig, threads, memoryLimitBytes: bytesOf(memoryLimit) })
  try {
    check(
      before.length === 0 || sameNames(before, extractors),
      `--append: ${out} has local features of ${jointName(before)}, and these would be of ${jointName(extractors)}`,
      'name each --matcher that it was made with, and no other: every photo has features of all; if an older rosette found them, make the gallery again',
    )
    const known = append ? storedFeatures(out, extractors) : undefined
    return await withProgress(
      `keypoints${countedFor(extractors.length)}`,
      { skipUnreadable, limitPixels, signal },
      ({ onProgress }) => galleryFeatures(extractors, gallery, { limitPixels, signal, onProgress, known }),
    )
  } finally {
    await releaseExtractors(extractors)
  }
}

function sameNames(a: readonly { readonly name: string }[], b: readonly { readonly name: string }[]): boolean {
  const names = (all: typeof a) => JSON.stringify(all.map(({ name }) => name).sort())
  return names(a) === names(b)
}

function contents({ photos }: PhotoEmbeddings): string {
  const identities = new Set(photos.flatMap(({ identity }) => (identity === undefined ? [] : [identity])))
  return `${counted(photos.length, 'photo')} of ${counted(identities.size, 'individual')}`
}
