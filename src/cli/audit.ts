import { extname, join } from 'node:path'
import { Command } from 'commander'
import { check, counted, formatTable, oneLine, writeFileAtomic } from '../base/index.ts'
import type { Manifest, Photo, PhotoHashes } from '../data/index.ts'
import type { WriteAuditOptions } from '../report/index.ts'
import type { Audit } from '../study/index.ts'
import { addBurstModelOptions, type BurstModelFlags, checkBurstModel, embeddedForBursts } from './burst-model.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { oneIndividual } from './one-individual.ts'
import { addDataOptions, type DataFlags, dataOptions } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { locatingBy } from './own-data.ts'
import { stagedProgress } from './progress.ts'
import { say, warn } from './say.ts'
import { interruptible, warnOfManifest, withListing } from './work.ts'

const example = `
Examples:
  rosette audit --data jaguars --out audit
  rosette audit --data split.csv --images jaguars --model runs/jaguars \\
    --out audit.json

Looks for what makes scores worth less: files that cannot be read, identical
files and near duplicates, one picture under two names, photos without a mask
where others have one, masks of an unlikely size, individuals with few photos,
one encounter or one flank only, and photos on both sides of the table's own
split that are nearly the same. With --model it also looks for photos that are
far from their own individual and close to another: their names may be wrong;
and photos whose embeddings are nearly the same are a burst too.

A folder as --out gets audit.html, with pictures of what was found and of the
nearest photos across the split (or across encounters), audit.json, audit.csv
with a row for each finding, and pairs.csv. FILE.json as --out makes that file
and FILE.csv beside it, without pictures.`

interface AuditFlags extends DataFlags, LocateFlags, BurstModelFlags {
  readonly data: string
  readonly out: string
  readonly overwrite?: boolean
}

/** `rosette audit`: photos in, what speaks against them and their split out. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .summary('look for duplicates, wrong names and leaks')
    .description('Look for faults in photos, in their names and in their split, before you train a model on them.')
    .requiredOption(
      '--data <D>',
      'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .requiredOption('--out <DIR>', 'the folder to write, or a file that ends in .json')
    .option('--overwrite', 'replace --out, and the table beside a file')
  addBurstModelOptions(command, 'a model that finds photos which are unlike their individual, and bursts')
  return addLocateOptions(addDataOptions(command)).addHelpText('after', example).action(auditAction)
}

async function auditAction(flags: AuditFlags): Promise<void> {
  const { data, model = [], modelConfig, out, overwrite = false, limitPixels } = flags
  checkBurstModel(flags)
  const { maskShares, openDataset, wordAmongFolds } = await import('../data/index.ts')
  const { auditPhotos, tableCertificate } = await import('../study/index.ts')
  await checkFilesFirst(flags)
  const manifest = withListing((watch) =>
    openDataset(data, { ...dataOptions(flags), ...watch, requireIdentity: true, skipUnreadable: true }),
  )
  const output = await outputOf(out, overwrite)
  await checkOutputs(output.files, { flags: { model, ...(modelConfig && { modelConfig }) }, manifest }, { overwrite })
  warnOfManifest(manifest)
  const alone = oneIndividual(manifest.photos)
  if (alone !== undefined) warn(alone)
  const word = wordAmongFolds(manifest.photos)
  if (word !== undefined) warn(`${word.what}; ${word.hint}`)
  const locating = await locatingBy({ ...flags, model })
  await interruptible(async (signal) => {
    const hashed = await hashedPhotos(await withLocated(locating, manifest, signal), flags, signal)
    const embeddings =
      model.length === 0 ? undefined : (await embeddedForBursts(hashed.photos, flags, signal)).embeddings
    const leakage = await tableCertificate(hashed.photos, { signal, limitPixels })
    const stages = stagedProgress()
    const progressOf = (what: string) => (done: number, total: number) => stages.update(what, 'photos', done, total)
    const audit = await (async () => {
      const masks = await maskShares(hashed.photos, { signal, limitPixels, onProgress: progressOf('masks') })
      const skipped = [...hashed.skipped, ...masks.skipped]
      const found = { embeddings, burstCosine: flags.burstCosine, leakage, maskShares: masks.shares }
      const input = { ...hashed, skipped, ...found, signal }
      return auditPhotos({
        ...input,
        onProgress: progressOf('comparing'),
        onCosines: progressOf('comparing embeddings'),
      })
    })().finally(stages.stop)
    const told = await output.write(audit, hashed.photos, { limitPixels, signal })
    await tellAudit(audit, { told, table: output.table })
  })
}

/** How an audit is written: as a folder with a page, or as a file with a table beside it. */
interface AuditOutput {
  readonly files: readonly string[]
  /** The table with a row for each finding. */
  readonly table: string
  /** Writes it, and says where what is. */
  write(audit: Audit, photos: readonly Photo[], options: Omit<WriteAuditOptions, 'out'>): Promise<string>
}

async function outputOf(out: string, overwrite: boolean): Promise<AuditOutput> {
  const { auditFiles, checkAuditFolder, findingsCsv, writeAudit } = await import('../report/index.ts')
  if (/\.json$/i.test(out)) {
    const csv = out.replace(/\.json$/i, '.csv')
    return {
      files: [out, csv],
      table: csv,
      write: async (audit) => {
        writeFileAtomic(csv, findingsCsv(audit))
        writeFileAtomic(out, `${JSON.stringify(audit, undefined, 2)}\n`)
        return `${out}: everything; ${csv}: a row for each finding`
      },
    }
  }
  const ending = extname(out)
  check(ending === '', `--out: expected a folder, or a name that ends in .json, got ${out}`)
  checkAuditFolder(out, overwrite)
  return {
    files: [],
    table: join(out, auditFiles.findings),
    write: async (audit, photos, options) => {
      const page = await writeAudit(audit, photos, { ...options, out, overwrite })
      return `${page}: what was found, with pictures; tables and audit.json beside it`
    },
  }
}

/** What photos look like; those that cannot be read are findings. */
async function hashedPhotos(
  manifest: Manifest,
  { limitPixels }: AuditFlags,
  signal: AbortSignal,
): Promise<PhotoHashes> {
  const { hashPhotos } = await import('../data/index.ts')
  const stages = stagedProgress()
  return hashPhotos(manifest, {
    skipUnreadable: true,
    limitPixels,
    signal,
    onProgress: (done, total) => stages.update('what photos look like', 'photos', done, total),
  }).finally(stages.stop)
}

/** Which pictures stand under two names: somebody has to look at these first. */
function twoNames({ counts, findings }: Audit, table: string): string[] {
  const found = findings.filter(({ kind }) => kind === 'two names on one picture')
  if (found.length === 0) return []
  const lines = found.slice(0, toldAtMost).map(({ photo, identity, otherPhoto, otherIdentity, detail }) => {
    const how = detail === '' ? '' : `: ${detail}`
    return oneLine(`  ${photo} (${identity}) and ${otherPhoto} (${otherIdentity})${how}`)
  })
  const more = counts['two names on one picture'] - lines.length
  return ['two names on one picture:', ...lines, ...(more === 0 ? [] : [`  … and ${more} more, in ${table}`]), '']
}

/** How many pairs of identical files have one name each, the first of them, and where all stand. */
function identicalOfOne({ counts, findings }: Audit, table: string): string[] {
  const count = counts['identical file']
  const first = findings.find(({ kind }) => kind === 'identical file')
  if (first === undefined) return []
  const pairs = counted(
    count,
    'pair of identical files has one name:',
    'pairs of identical files have one name each, the first:',
  )
  return [oneLine(`${pairs} ${first.photo} and ${first.otherPhoto} (${first.identity}); in ${table}`), '']
}

/** Pairs on the terminal beside a table that has all. */
const toldAtMost = 10

async function tellAudit(
  audit: Audit,
  { told, table: place }: { readonly told: string; readonly table: string },
): Promise<void> {
  const { burstWords } = await import('../data/index.ts')
  const { counts, leakage, photos, individuals, bursts } = audit
  const table = formatTable(
    ['finding', 'count'],
    Object.entries(counts).map(([kind, count]) => [kind, String(count)]),
  )
  const split = leakage === null ? [] : [`split: ${leakage.verdict.join('; ')}`]
  say(
    [
      `${counted(photos, 'photo')} of ${counted(individuals, 'individual')}`,
      burstWords(bursts),
      ...split,
      '',
      table,
      '',
      ...twoNames(audit, place),
      ...identicalOfOne(audit, place),
      told,
    ].join('\n'),
  )
}
