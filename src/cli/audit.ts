import { Command } from 'commander'
import { check, csvText, formatTable, writeFileAtomic } from '../base/index.ts'
import type { Manifest, PhotoHashes } from '../data/index.ts'
import type { Audit } from '../study/index.ts'
import { addDataOptions, collect, type DataFlags, dataOptions } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { stagedProgress } from './progress.ts'
import { say } from './say.ts'
import { interruptible, warnOfManifest, withListing, withModel, withProgress } from './work.ts'

const example = `
Examples:
  rosette audit --data jaguars --out audit.json
  rosette audit --data split.csv --images jaguars --model runs/jaguars \\
    --out audit.json

Looks for what makes scores worth less: files that cannot be read, identical
files and near duplicates, one picture under two names, photos without a mask
where others have one, individuals with few photos, one encounter or one flank
only, and photos on both sides of the table's own split that are nearly the
same. With --model also photos that are far from their own individual and close
to another, whose names may be wrong.

FILE.csv beside FILE.json has a row for each finding.`

interface AuditFlags extends DataFlags {
  readonly data: string
  readonly model?: readonly string[]
  readonly out: string
  readonly overwrite?: boolean
}

/** `rosette audit`: photos in, what speaks against them and their split out. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .summary('look for duplicates, wrong names and leaks')
    .description('Look for what speaks against photos, their names and their split, before a model is trained on them.')
    .requiredOption(
      '--data <D>',
      'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .requiredOption('--out <FILE.json>', 'the file to write; its findings as a table beside it')
    .option('--model <M>', 'a model that tells which photos are unlike their individual', collect)
    .option('--overwrite', 'replace --out and the table beside it')
  return addDataOptions(command).addHelpText('after', example).action(auditAction)
}

async function auditAction(flags: AuditFlags): Promise<void> {
  const { data, model = [], out, overwrite = false } = flags
  check(/\.json$/i.test(out), `--out: expected a name that ends in .json, got ${out}`)
  const csv = out.replace(/\.json$/i, '.csv')
  const { openDataset } = await import('../data/index.ts')
  const { auditPhotos, tableCertificate } = await import('../study/index.ts')
  const manifest = withListing((watch) =>
    openDataset(data, { ...dataOptions(flags), ...watch, requireIdentity: true, problems: 'throw' }),
  )
  await checkOutputs([out, csv], { flags: { model }, manifest }, { overwrite })
  warnOfManifest(manifest)
  await interruptible(async (signal) => {
    const hashed = await hashedPhotos(manifest, flags, signal)
    const embeddings = model.length === 0 ? undefined : await embedded(hashed, model, flags, signal)
    const leakage = await tableCertificate(hashed.photos, { signal, limitPixels: flags.limitPixels })
    const stages = stagedProgress()
    const onProgress = (done: number, total: number) => stages.update('comparing', 'photos', done, total)
    const audit = await auditPhotos({ ...hashed, embeddings, leakage, signal, onProgress }).finally(stages.stop)
    writeFileAtomic(csv, csvText(rowsOf(audit)))
    writeFileAtomic(out, `${JSON.stringify(audit, undefined, 2)}\n`)
    await tellAudit(audit, out, csv)
  })
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

async function embedded(
  { photos }: PhotoHashes,
  model: readonly string[],
  { limitPixels }: AuditFlags,
  signal: AbortSignal,
) {
  const { embedPhotos } = await import('../embedder/index.ts')
  return withModel({ model }, (embedder) =>
    withProgress('embedding', { limitPixels, signal }, async (options) => {
      const { embeddings } = await embedPhotos(embedder, photos, options)
      return embeddings
    }),
  )
}

function rowsOf({ findings }: Audit) {
  const header = 'kind photo identity split other_photo other_identity other_split bits cosine detail'.split(' ')
  const rows = findings.map((one) => [
    one.kind,
    one.photo,
    one.identity,
    one.split,
    one.otherPhoto,
    one.otherIdentity,
    one.otherSplit,
    one.bits ?? '',
    one.cosine ?? '',
    one.detail,
  ])
  return [header, ...rows]
}

async function tellAudit(audit: Audit, out: string, csv: string): Promise<void> {
  const { burstWords } = await import('../data/index.ts')
  const { counts, leakage, photos, individuals, bursts } = audit
  const table = formatTable(
    ['finding', 'count'],
    Object.entries(counts).map(([kind, count]) => [kind, String(count)]),
  )
  const split = leakage === null ? [] : [`split: ${leakage.verdict.join('; ')}`]
  say(
    [
      `${photos} photos of ${individuals} individuals`,
      burstWords({ ...bursts, bursts: [] }),
      ...split,
      '',
      table,
      '',
      `${out}: everything; ${csv}: a row for each finding`,
    ].join('\n'),
  )
}
