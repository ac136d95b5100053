import { copyFileSync, existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { makeFolder, naming, readRegular, resolveInside, writeFileAtomic } from '../base/index.ts'
import type { HubRepo } from './hub-name.ts'

/**
 * The standard cache of Hugging Face's libraries:
 * `models--OWNER--NAME/blobs/CHECKSUM`, `refs/REVISION` (a commit), and `snapshots/COMMIT/FILE`, a link to a blob.
 */
export function repoFolder(cache: string, { owner, name }: Pick<HubRepo, 'owner' | 'name'>): string {
  return join(cache, `models--${owner}--${name}`)
}

/** Where a file of the revision lies in the cache; undefined where it does not. */
export function findInCache(cache: string, repo: HubRepo, file: string): string | undefined {
  const folder = repoFolder(cache, repo)
  const snapshots = join(folder, 'snapshots')
  const ref = resolveInside(join(folder, 'refs'), repo.revision, 'revision')
  const commit = existsSync(ref) ? readRegular(ref, 'text').toString('utf8').trim() : repo.revision
  const revisions = existsSync(snapshots) ? readdirSync(snapshots) : []
  // without a ref to go by any commit is as good as another
  const wanted = revisions.includes(commit) ? [commit] : []
  const others = repo.revision === 'main' ? revisions : []
  return [...wanted, ...others].map((revision) => join(snapshots, revision, file)).find((path) => existsSync(path))
}

/** Gives a blob its name in a commit's snapshot, and the revision its commit. Copies where links are not allowed. */
export function linkIntoSnapshot(
  cache: string,
  repo: HubRepo,
  { path, commit, etag }: { readonly path: string; readonly commit: string; readonly etag: string },
): string {
  const folder = repoFolder(cache, repo)
  const snapshot = join(folder, 'snapshots', commit)
  const pointer = resolveInside(snapshot, path, 'file', { links: 'anywhere' })
  const blob = join(folder, 'blobs', etag)
  if (!existsSync(pointer)) {
    naming(pointer, () => makeFolder(dirname(pointer)))
    rmSync(pointer, { force: true }) // a link to a blob that is gone
    try {
      symlinkSync(relative(dirname(pointer), blob), pointer)
    } catch {
      if (!existsSync(pointer)) copyInto(blob, pointer) // another process may have made it
    }
  }
  if (repo.revision !== commit) writeFileAtomic(join(folder, 'refs', repo.revision), commit)
  return pointer
}

function copyInto(from: string, to: string): void {
  const temporary = `${to}.${process.pid}.tmp`
  naming(to, () => {
    copyFileSync(from, temporary)
    renameSync(temporary, to)
  })
}

/** A file of the cache, by the commit that it belongs to. */
export interface CachedFile {
  /** `owner/name`. */
  readonly repo: string
  readonly commit: string
  readonly file: string
  readonly path: string
  /** Undefined where its blob is gone. */
  readonly bytes: number | undefined
}

/** Every file of every model in the cache, by name. */
export function listCache(cache: string): CachedFile[] {
  return modelFolders(cache).flatMap(({ repo, folder }) => {
    const snapshots = join(folder, 'snapshots')
    return namesIn(snapshots).flatMap((commit) =>
      filesIn(join(snapshots, commit)).map((file): CachedFile => {
        const path = join(snapshots, commit, file)
        return { repo, commit, file, path, bytes: statSync(path, { throwIfNoEntry: false })?.size }
      }),
    )
  })
}

/** Blobs of every model, by repository; halves of downloads are left out. */
export function listBlobs(cache: string): { readonly repo: string; readonly name: string; readonly path: string }[] {
  return modelFolders(cache).flatMap(({ repo, folder }) =>
    namesIn(join(folder, 'blobs'))
      .filter((name) => !name.endsWith('.incomplete'))
      .map((name) => ({ repo, name, path: join(folder, 'blobs', name) })),
  )
}

function modelFolders(cache: string): { readonly repo: string; readonly folder: string }[] {
  return namesIn(cache)
    .filter((name) => name.startsWith('models--'))
    .map((name) => ({ repo: name.split('--').slice(1).join('/'), folder: join(cache, name) }))
}

function namesIn(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).sort() : []
}

/** Names of files below a folder, links to files among them. */
function filesIn(folder: string, below = ''): string[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name)
    return lstatSync(path).isDirectory() ? filesIn(path, join(below, name)) : [join(below, name)]
  })
}
