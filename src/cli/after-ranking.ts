import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { check } from '../base/index.ts'
import type { PostProcessing, QueryExpansion, RerankSettings } from '../retrieval/index.ts'
import type { Trick } from '../study/index.ts'
import type { ModelFlags } from './options.ts'
import { tell, warn } from './say.ts'
import { ttaWords } from './tta-words.ts'

/** Options of every command that ranks: what is done besides comparing cosines. */
export interface AfterRankingFlags {
  readonly queryExpansion?: QueryExpansion
  readonly databaseAugmentation?: number
  readonly rerank?: boolean
  readonly rerankSettings?: RerankSettings
  readonly plain?: boolean
}

export function addAfterRankingOptions(command: Command): Command {
  return command
    .optionsGroup('After ranking:')
    .option('--rerank', 're-rank by k-reciprocal neighbours')
    .addOption(
      new Option(
        '--rerank-settings <k1,k2,λ>',
        're-rank, with these numbers of neighbours and this share of the cosine',
      )
        .argParser(rerankSettings)
        .default(undefined, '20,6,0.3'),
    )
    .addOption(
      new Option(
        '--query-expansion <α,k>',
        'add the k nearest photos to a query, by their cosine to the power α',
      ).argParser(queryExpansion),
    )
    .addOption(
      new Option('--database-augmentation <k>', 'add its k nearest photos to each gallery photo').argParser(neighbours),
    )
    .option('--plain', 'rank by cosines alone, whatever `rosette tune` accepted')
}

/** What is done to rank, and the flags with the averaging that belongs to it. */
export interface AfterRanking<F> {
  readonly flags: F
  readonly postProcessing: PostProcessing | undefined
}

/**
 * What the flags ask for, else what `rosette tune` accepted for the model, which is told in one line. Flags of the group take the place of
 * all that was accepted, `--tta` that of its averaging alone.
 */
export async function afterRanking<F extends ModelFlags & AfterRankingFlags>(flags: F): Promise<AfterRanking<F>> {
  const asked = await askedPostProcessing(flags)
  if (asked !== undefined) return { flags, postProcessing: asked }
  const accepted = await acceptedFor(flags)
  if (accepted === undefined) return { flags, postProcessing: undefined }
  const { tta, postProcessing } = accepted
  if (flags.tta !== undefined || tta === 'mixed') return { flags, postProcessing } // of a mixed ensemble each averages as by itself
  return { flags: { ...flags, tta }, postProcessing }
}

/** What was accepted for the model of the flags; undefined where nothing was, and for other weights than these. */
export async function acceptedFor({ model, checkpoint }: ModelFlags): Promise<Trick | undefined> {
  const [only, ...more] = model
  const { runNames } = await import('../run/index.ts')
  if (only === undefined || more.length > 0 || !existsSync(join(only, runNames.postProcessing))) return undefined
  const { postProcessingPath, readPostProcessing } = await import('../study/index.ts')
  const path = postProcessingPath(only)
  const record = readPostProcessing(path)
  if (record === undefined || record.accepted === null) return undefined
  const { sealOf } = await import('../embedder/index.ts')
  if ((await sealOf(only, checkpoint)) !== record.model) {
    warn(`${path} was made for other weights than these, so it is not used; \`rosette tune\` makes it anew`)
    return undefined
  }
  tell(
    `note: ${path}: ${await trickWords(record.accepted)}, as \`rosette tune\` accepted; --plain ranks by cosines alone`,
  )
  return record.accepted
}

/** Averaging and post-processing in words. */
export async function trickWords({ tta, postProcessing }: Trick): Promise<string> {
  const { postProcessingWords } = await import('../retrieval/index.ts')
  return `${postProcessingWords(postProcessing) ?? 'cosines alone'}, ${ttaWords(tta)}`
}

/** What the flags ask for; undefined where they ask for nothing. @throws InputError where they contradict each other. */
async function askedPostProcessing(flags: AfterRankingFlags): Promise<PostProcessing | undefined> {
  const { queryExpansion, databaseAugmentation, rerankSettings, plain = false } = flags
  const rerank = flags.rerank === true || rerankSettings !== undefined
  const asked = rerank || queryExpansion !== undefined || databaseAugmentation !== undefined
  check(
    !(plain && asked),
    '--plain: expected no other option of its group (After ranking) beside it',
    'leave out one or the other',
  )
  if (plain) return {}
  if (!asked) return undefined
  const { rerankDefaults } = await import('../retrieval/index.ts')
  return {
    ...(databaseAugmentation === undefined ? {} : { databaseAugmentation: { k: databaseAugmentation } }),
    ...(queryExpansion === undefined ? {} : { queryExpansion }),
    ...(rerank ? { rerank: rerankSettings ?? rerankDefaults } : {}),
  }
}

const mostNeighbours = 1000

/** A number of neighbours, for commander. */
function neighbours(text: string): number {
  const k = numberOf(text)
  if (!(Number.isInteger(k) && k >= 1 && k <= mostNeighbours))
    throw new InvalidArgumentError(`Expected a whole number of neighbours from 1 to ${mostNeighbours}.`)
  return k
}

function queryExpansion(text: string): QueryExpansion {
  const [alpha, k, more] = text.split(',')
  const power = numberOf(alpha)
  if (k === undefined || more !== undefined || !(power >= 0 && power <= 100))
    throw new InvalidArgumentError('Expected a power from 0 to 100 and a number of neighbours, as in 3,5.')
  return { alpha: power, k: neighbours(k) }
}

function rerankSettings(text: string): RerankSettings {
  const [k1, k2, lambda, more] = text.split(',')
  const share = numberOf(lambda)
  if (k1 === undefined || k2 === undefined || more !== undefined || !(share >= 0 && share <= 1))
    throw new InvalidArgumentError('Expected two numbers of neighbours and a share from 0 to 1, as in 20,6,0.3.')
  return { k1: neighbours(k1), k2: neighbours(k2), lambda: share }
}

/** Number('') is 0, which nobody meant. */
function numberOf(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text)
}
