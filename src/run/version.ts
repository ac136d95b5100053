import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's folder, two up both from src/run and from dist/run. */
const root = new URL('../../', import.meta.url)

/** rosette's own version, as package.json has it. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }).version
}

/** The commit that is checked out, where rosette runs from a clone; null where it is installed. */
export function commit(): string | null {
  return commitOf(fileURLToPath(root))
}

/** The commit checked out in `folder`: a clone, or a linked worktree; its branch in a file of its own or packed. */
export function commitOf(folder: string): string | null {
  const git = gitFolder(folder)
  const head = git === undefined ? undefined : read(join(git, 'HEAD'))
  if (git === undefined || head === undefined) return null
  if (!head.startsWith('ref: ')) return head
  const branch = head.slice('ref: '.length)
  const common = resolve(git, read(join(git, 'commondir')) ?? '.')
  return read(join(common, branch)) ?? packed(read(join(common, 'packed-refs')) ?? '', branch)
}

/** `.git`, or the folder that a linked worktree's `.git` file names. */
function gitFolder(folder: string): string | undefined {
  const path = join(folder, '.git')
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind?.isFile() !== true) return kind === undefined ? undefined : path
  return resolve(folder, read(path)!.replace(/^gitdir: /, ''))
}

function packed(refs: string, branch: string): string | null {
  const line = refs.split('\n').find((text) => text.endsWith(` ${branch}`))
  return line?.split(' ')[0] ?? null
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
