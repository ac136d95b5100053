import { Command, Option } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { formatTable, writeFileAtomic } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { Identification } from '../identify/index.ts'
import { aboveZero, addDataOptions, addModelOptions, type DataFlags, dataOptions, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { interruptible, warnOfIdentical, warnOfManifest, warnOfSkipped, withModel, withProgress } from './work.ts'

const example = `
Examples:
  rosette identify --model runs/jaguars --gallery jaguars trap_0815.jpg
  rosette identify --model runs/jaguars --gallery jaguars --top 3 --csv matches.csv new/*.jpg

An individual's similarity is that of its most similar photo: cosine, 1 at most. A gallery photo that is the very same file as
the photo asked about is left out.`

interface IdentifyFlags extends ModelFlags, DataFlags {
  readonly gallery: string
  readonly top: number
  readonly json?: boolean
  readonly csv?: string
  readonly overwrite?: boolean
}

/** `rosette identify`: who is on these photos? */
export function identifyCommand(): Command {
  const command = new Command('identify')
    .summary('find out whom photos show')
    .description('Rank the individuals of a gallery of known animals by their likeness to each photo.')
    .argument('<PHOTO...>', 'photos of unknown animals')
    .requiredOption('--gallery <D>', 'known individuals: a Kaggle folder, a folder of folders, or a CSV')
    .option('--top <K>', 'individuals told for each photo', aboveZero, 5)
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .option('--csv <FILE>', 'write a table: photo, rank, identity, similarity, best match')
    .option('--overwrite', 'replace the file of --csv')
  return addDataOptions(addModelOptions(command)).addHelpText('after', example).action(identifyAction)
}

async function identifyAction(paths: readonly string[], flags: IdentifyFlags): Promise<void> {
  const { gallery, top, csv, overwrite = false, skipUnreadable } = flags
  const { openDataset } = await import('../data/index.ts')
  const { embedPhotos } = await import('../embedder/index.ts')
  const { identifyPhotos } = await import('../identify/index.ts')
  const manifest = openDataset(gallery, { ...dataOptions(flags), requireIdentity: true })
  if (csv !== undefined) await checkOutputs([csv], { flags, manifest, photos: paths }, { overwrite, option: '--csv' })
  warnOfManifest({ ...manifest, warnings: manifest.warnings.filter((text) => !text.includes('one photo only')) })
  const queries = paths.map((path): Photo => ({ filename: path, path, extra: {} }))
  const found = await interruptible((signal) =>
    withModel(flags, async (embedder) => {
      // The photos first: a mistyped name is told before the whole gallery is embedded.
      const asked = await embedPhotos(embedder, queries, { skipUnreadable, signal })
      const known = await withProgress('gallery', { skipUnreadable, signal }, (options) =>
        embedPhotos(embedder, manifest, options),
      )
      warnOfSkipped([...asked.skipped, ...known.skipped])
      await warnOfIdentical(known)
      return identifyPhotos(known, asked, top)
    }),
  )
  for (const { photo, candidates, leftOut } of found) {
    const same = leftOut.map(({ filename }) => filename).join(', ')
    if (same === '') continue
    const alone = candidates.length === 0 ? '; no photo is left to compare it with' : ''
    process.stderr.write(`note: ${photo.filename}: left out of the gallery, being the same file: ${same}${alone}\n`)
  }
  if (flags.json) console.log(JSON.stringify(found.map(plain), undefined, 2))
  else if (csv === undefined) console.log(formatTable(header, rowsOf(found)))
  else {
    writeFileAtomic(csv, tableOf(found))
    console.log(`${csv}: ${found.length} photos, up to ${top} individuals for each`)
  }
}

const header = ['photo', 'rank', 'identity', 'similarity', 'best match']

/** Each photo has a row: an empty one where there was nothing to compare it with. */
function rowsOf(found: readonly Identification[]): (string | number)[][] {
  return found.flatMap(({ photo, candidates }) => {
    if (candidates.length === 0) return [[photo.filename, '', '', '', '']]
    return candidates.map((c) => [photo.filename, c.rank, c.identity, c.similarity.toFixed(4), c.photo.filename])
  })
}

/** Spreadsheets take a file without the mark for their system's own letters, and spoil names beyond ASCII. */
function tableOf(found: readonly Identification[]): string {
  const columns = ['photo', 'rank', 'identity', 'similarity', 'best_match']
  const text = stringify([columns, ...rowsOf(found)])
  return /^[\x00-\x7f]*$/.test(text) ? text : `\uFEFF${text}`
}

function plain({ photo, candidates, leftOut }: Identification) {
  return {
    photo: photo.filename,
    candidates: candidates.map(({ rank, identity, similarity, photo: match }) => ({
      rank,
      identity,
      similarity: Number(similarity.toFixed(6)),
      bestMatch: match.filename,
      path: match.path,
    })),
    leftOut: leftOut.map(({ filename }) => filename),
  }
}
