import { type Command, InvalidArgumentError, Option } from 'commander'
import { check } from '../base/index.ts'
import type { PostProcessing, QueryExpansion, RerankSettings } from '../retrieval/index.ts'

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
    .option('--plain', 'rank by cosines alone')
}

/** What the flags ask for; undefined where they ask for nothing. @throws InputError where they contradict each other. */
export async function askedPostProcessing(flags: AfterRankingFlags): Promise<PostProcessing | undefined> {
  const { queryExpansion, databaseAugmentation, rerankSettings, plain = false } = flags
  const rerank = flags.rerank === true || rerankSettings !== undefined
  const asked = rerank || queryExpansion !== undefined || databaseAugmentation !== undefined
  check(!(plain && asked), '--plain: expected no other option of its group beside it', 'leave out one or the other')
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
