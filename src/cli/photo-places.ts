import { isAbsolute, relative, resolve, sep } from 'node:path'
import { counted, isInside } from '../base/index.ts'
import type { Manifest, Photo } from '../data/index.ts'

/** The one folder from which all photos' names lead to their files, undefined where there is none. */
export function photosFolder({ photos }: Manifest): string | undefined {
  const roots = new Set(
    photos.map(({ path, filename }) => {
      const normal = path.replaceAll('\\', '/')
      return normal.endsWith(`/${filename}`) ? normal.slice(0, -filename.length - 1) : undefined
    }),
  )
  return roots.size === 1 ? [...roots][0] : undefined
}

/** The folder that names of photos start from, and the name of each: its own, where `folder` has all; else its path below the folder around all. */
export function placeIn(
  folder: string | undefined,
  photos: readonly Photo[],
): { readonly root: string; readonly nameOf: (path: string, filename: string) => string } {
  if (folder !== undefined) return { root: folder, nameOf: (_, filename) => filename }
  const root = folderAround(photos.map(({ path }) => resolve(path)))
  return { root, nameOf: (path) => nameBelow(root, path) }
}

/** The deepest folder that has all files below it. Paths are absolute; on several drives there is none, and what is given back has not all. */
export function folderAround(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split(sep).slice(0, -1))
  const differs = first.findIndex((part, i) => others.some((parts) => parts[i] !== part))
  const shared = differs === -1 ? first.length : differs
  return first.slice(0, shared).join(sep) || sep
}

/** Cells of a column of masks; those that no table can name stand elsewhere, or are told. */
export interface MaskColumn {
  /** Undefined where there are no masks, or they are not below the photos' folder. */
  readonly cells: readonly string[] | undefined
  /** They lie in a folder of their own. */
  readonly elsewhere: boolean
  readonly warnings: readonly string[]
}

/** The column of masks that are files below `root`. */
export function maskColumn(photos: readonly Photo[], root: string): MaskColumn {
  const files = photos.map(({ mask }) => (mask?.outline === undefined ? mask?.path : undefined))
  const outlines = photos.filter(({ mask }) => mask?.outline !== undefined).length
  const warnings =
    outlines === 0
      ? []
      : [
          `${counted(outlines, 'mask is an outline of COCO, which a table cannot hold: it is', 'masks are outlines of COCO, which a table cannot hold: they are')} left out`,
        ]
  const named = files.filter((path) => path !== undefined)
  const inside = named.every((path) => isInside(resolve(root), resolve(path)))
  if (named.length === 0 || !inside) return { cells: undefined, elsewhere: named.length > 0, warnings }
  return { cells: files.map((path) => (path === undefined ? '' : nameBelow(root, path))), elsewhere: false, warnings }
}

/** A file's name from `root` on, as tables write it. */
export function nameBelow(root: string, path: string): string {
  const name = relative(resolve(root), isAbsolute(path) ? path : resolve(path))
  return name.split(sep).join('/')
}
