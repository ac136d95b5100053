import { formatTable, InputError } from '../base/index.ts'
import { quoted } from './quoted.ts'

/** A name that does not fit, and why. */
export type Problem = readonly [name: string, problem: string]

/** What a file and a network have to say to each other. */
export interface Misfit {
  readonly path: string
  readonly problems: readonly Problem[]
  /** Names of the network's parameters. */
  readonly wanted: readonly string[]
  /** Names of the file's tensors. */
  readonly found: ReadonlySet<string>
  /** The file is a checkpoint of rosette's own. */
  readonly checkpoint: boolean
}

/** Rows that are shown, and of a file all of whose names are others. */
const rows = { some: 20, all: 8 } as const

/** The error of a file that does not fit: one table, cut where it is long, and what to do where every name is another. */
export function misfitError(misfit: Misfit): InputError {
  const { path, problems, wanted, found } = misfit
  const foreign = wanted.every((name) => !found.has(name))
  const shown = problems.slice(0, foreign ? rows.all : rows.some)
  const more = problems.length > shown.length ? `\n… and ${problems.length - shown.length} more` : ''
  return new InputError(
    `${path}: does not fit the network\n${formatTable(['parameter', 'problem'], shown.map(cells))}${more}`,
    foreign ? namesHint(misfit) : undefined,
  )
}

function cells([name, problem]: Problem): [string, string] {
  return [quoted(name), problem]
}

function namesHint({ wanted, found, checkpoint }: Misfit): string {
  if (checkpoint)
    return 'this is a checkpoint of a run: `exportTimm()` writes its backbone as model.safetensors, which can be loaded'
  const prefix = commonPrefix(wanted, found)
  if (prefix !== undefined)
    return `its names begin with '${quoted(prefix)}', where timm's do not: write it anew without that`
  const some = [...found].slice(0, 3).map(quoted)
  return `it is of another network, or not under timm's names: it has ${some.join(', ')}${found.size > some.length ? ', …' : ''}`
}

/** What stands in the file before every name of the network. */
function commonPrefix(wanted: readonly string[], found: ReadonlySet<string>): string | undefined {
  const [first] = wanted
  if (first === undefined) return undefined
  const prefixes = [...found].filter((name) => name.endsWith(first)).map((name) => name.slice(0, -first.length))
  return prefixes.find((prefix) => wanted.every((name) => found.has(prefix + name)))
}
