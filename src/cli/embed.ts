import { Command, Option } from 'commander'
import { check, csvText, stageFile } from '../base/index.ts'
import type { Photo, Skipped } from '../data/index.ts'
import type { Embedder, GalleryLocal, PhotoEmbeddings } from '../embedder/index.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addMatchOption, countedFor, type MatchFlags } from './match-options.ts'
import { addDataOptions, addModelOptions, bytesOf, type DataFlags, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { photoRows } from './photo-rows.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { aboutPlaces, commitPlaces, placesBeside } from './places-beside.ts'
import { say } from './say.ts'
import { ttaWords } from './tta-words.ts'
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
Examples:
  rosette embed --model runs/jaguars --data photos --out photos.npy
  rosette embed --model resnet.onnx --model-config resnet.model.json \\
    --data jaguars --out jaguars.npy

FILE.npy holds float32 [photos, size], each row of length 1. FILE.csv beside it
has the file names, the identities and the other columns of the table, in the
same order. In a Kaggle folder all photos are embedded, train.csv's first.

With --match local or fused FILE.local.safetensors has the places of the coat
too, and FILE.local-2.safetensors those of a second matcher
(docs/local-matching.md says how). rosette itself does not need the files: it
finds these places again in its cache, and \`rosette gallery --local\` keeps them
for --gallery. Files of places from an earlier run stop the command; with
--overwrite they are removed.`

interface EmbedFlags extends ModelFlags, DataFlags, LocateFlags, MatchFlags {
  readonly data?: string
  readonly out: string
  readonly overwrite?: boolean
}

/** `rosette embed`: photos in, a .npy of embeddings out. */
export function embedCommand(): Command {
  const command = new Command('embed')
    .summary('turn photos into embeddings (.npy)')
    .description('Embed every photo of a dataset. Memory does not grow with the number of photos.')
    .requiredOption('--out <FILE.npy>', 'the file to write')
    .addOption(
      new Option(
        '--data <D>',
        'a folder of photos, a folder for each animal, a table (CSV), or a Kaggle folder',
      ).default(undefined, "the run's own photos"),
    )
    .option('--overwrite', 'replace --out and the files beside it')
  const read = addLocateOptions(addDataOptions(addModelOptions(command)))
  return addMatchOption(read, 'none', 'local or fused: write the places of the coat too, FILE.local.safetensors')
    .addHelpText('after', example)
    .action(embedAction)
}

async function embedAction(flags: EmbedFlags): Promise<void> {
  const { out, overwrite = false } = flags
  check(/\.npy$/i.test(out), `--out: expected a name that ends in .npy, got ${out}`)
  const csv = out.replace(/\.npy$/i, '.csv')
  const { openDataset } = await import('../data/index.ts')
  const { commitPair, embedBatches, EmbeddingFile, settlePair } = await import('../embedder/index.ts')
  await checkFilesFirst(flags)
  const { data, open, reading, namedBy } = await photosToRead(flags, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, part: 'all' }))
  await checkNamed({ namedBy }, listed)
  settlePair(out, csv)
  const beside = placesBeside(out, flags.match === 'none' ? 0 : (flags.matcher?.length ?? 1), overwrite)
  await checkOutputs([out, csv, ...beside.wanted], { flags, manifest: listed }, { overwrite })
  warnOfManifest(listed)
  await checkPhotosFirst(listed, reading)
  const locating = await locatingBy(flags)
  await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    await withModel(flags, async (embedder) => {
      const file = new EmbeddingFile(out, embedder.size)
      const photos: Photo[] = []
      const contentHashes: string[] = []
      const skipped: Skipped[] = []
      let found: readonly GalleryLocal[] = []
      try {
        await withProgress('embedding', { ...reading, signal }, async (embedOptions) => {
          for await (const batch of embedBatches(embedder, manifest, embedOptions)) {
            file.append(batch.data)
            photos.push(...batch.photos)
            contentHashes.push(...batch.contentHashes)
            skipped.push(...batch.skipped)
          }
        })
        await warnOfSkipped(skipped)
        await warnOfIdentical({ photos, contentHashes })
        file.complete()
        const table = csvText(photoRows(photos))
        found = await placesOf(flags, { photos, contentHashes }, { ...reading, signal, about: aboutPlaces(table) })
        commitPlaces(beside, found, () => commitPair(out, stageFile(csv, table), file))
      } finally {
        file.discard()
      }
      say(`${out}: float32 [${photos.length}, ${embedder.size}], ${describe(embedder)}`)
      say(`${csv}: their file names, identities, and what else is known of them`)
      for (const [m, path] of beside.wanted.entries()) say(`${path}: ${placesOfCoats(found[m])}`)
    })
  })
}

function placesOfCoats(found: GalleryLocal | undefined): string {
  return `the places of their coats${found === undefined ? '' : `, by ${found.name}`}`
}

/** The local features of embedded photos, of each matcher; none where nobody asked. */
async function placesOf(
  { match, matcher, matcherConfig, threads, memoryLimit }: EmbedFlags,
  photos: Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>,
  { about, ...reading }: Reading & { readonly about: Readonly<Record<string, string>> },
): Promise<readonly GalleryLocal[]> {
  if (match === 'none') return []
  const { openExtractors, releaseExtractors } = await import('../local/index.ts')
  const { galleryFeatures } = await import('../identify/index.ts')
  const extractors = await openExtractors(matcher, { matcherConfig, threads, memoryLimitBytes: bytesOf(memoryLimit) })
  const { limitPixels, signal } = reading
  try {
    return await withProgress(`keypoints${countedFor(extractors.length)}`, reading, ({ onProgress }) =>
      galleryFeatures(extractors, photos, { limitPixels, signal, onProgress, about }),
    )
  } finally {
    await releaseExtractors(extractors)
  }
}

/** How photos are read. */
interface Reading {
  readonly skipUnreadable?: boolean | undefined
  readonly limitPixels?: number | undefined
  readonly signal: AbortSignal
}

function describe({ source, tta }: Pick<Embedder, 'source' | 'tta'>): string {
  return `${source}, ${ttaWords(tta)}`
}
