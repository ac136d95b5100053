import { existsSync, readdirSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isInside } from '../base/index.ts'

/** What a table's file name differs in from the file that it names. */
const differences = {
  slashes: 'have `\\` between folders, which is read as `/`',
  unicode: 'are in another Unicode form than the names of the files',
  letters: 'differ from the names of the files in upper and lower case',
} as const

type Difference = keyof typeof differences

/** Where a photo lies, or what is wrong with its name. */
export type Place = { readonly path: string } | { readonly what: string; readonly hint?: string | undefined }

/** Finds the files that a table names, and keeps account of names that are not the files' own. */
export interface PhotoFinder {
  find(name: string): Place
  /** The file that a name leads to; undefined where there is none. It is not accounted for. */
  fileOf(name: string): string | undefined
  /** What was found under another spelling, a line for each way. */
  warnings(): string[]
}

/**
 * Finds files inside of the first of `folders` that has them. A name that no file has is tried in the other Unicode form, with `\`
 * as `/`, and in another case, and taken where exactly one file fits. Where none does, it is a path in `likeliest`, so that who opens
 * it says that it is missing. Links may lead anywhere: folders of photos are often made of them. A name that leads outside, a web address and another machine's path are told with a hint.
 */
export function photoFinder(folders: readonly string[], likeliest: string): PhotoFinder {
  const roots = folders.map((folder) => resolve(folder))
  const entries = directoryReader()
  const found = new Map<Difference, { names: number; name: string; file: string }>()
  const look = (
    name: string,
  ): Place & { readonly near?: { readonly file: string; readonly ways: readonly Difference[] } } => {
    const misplaced = elsewhere(name, roots)
    if (misplaced !== undefined) return misplaced
    const exact = roots
      .map((root) => resolve(root, name))
      .find((path, i) => isInside(roots[i]!, path) && existsSync(path))
    if (exact !== undefined) return { path: exact }
    for (const root of roots) {
      const near = nearName(root, name, entries)
      if (near === undefined) continue
      if ('several' in near)
        return { what: `fits several files: ${near.several.join(', ')}`, hint: 'write the name as the file has it' }
      return { path: near.path, near: { file: relative(root, near.path).split(sep).join('/'), ways: near.ways } }
    }
    const path = resolve(likeliest, name)
    return isInside(resolve(likeliest), path) ? { path } : { what: 'leads outside of the folder of photos' }
  }
  return {
    find: (name) => {
      const { near, ...place } = look(name)
      for (const way of near?.ways ?? []) {
        const first = found.get(way) ?? { names: 0, name, file: near!.file }
        found.set(way, { ...first, names: first.names + 1 })
      }
      return place
    },
    fileOf: (name) => {
      const place = look(name)
      return 'path' in place && statSync(place.path, { throwIfNoEntry: false })?.isFile() ? place.path : undefined
    },
    warnings: () =>
      [...found].map(([way, { names, name, file }]) => {
        const more = names === 1 ? '' : ` and ${names - 1} more`
        return `file names '${name}' (the file is '${file}')${more} ${differences[way]}`
      }),
  }
}

/** A web address, or a path that begins at a root and leads outside: on this machine, or on another. */
function elsewhere(name: string, roots: readonly string[]): Place | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    return { what: 'is an address, expected a file name', hint: 'download the photos, and name the files in the table' }
  const foreign = /^[a-z]:[\\/]/i.test(name) || name.startsWith('\\\\')
  if (!foreign && !isAbsolute(name)) return undefined
  if (isAbsolute(name) && roots.some((root) => isInside(root, resolve(name)))) return undefined
  const parts = name.split(/[\\/]+/).filter((part) => part !== '')
  const rest = parts
    .map((_, i) => parts.slice(i).join('/'))
    .find((rest) => roots.some((root) => existsSync(join(root, rest))))
  return {
    what: foreign ? 'is a path of another machine' : 'leads outside of the folder of photos',
    hint:
      rest === undefined
        ? `file names start from ${roots[0]}: cut what stands before them in the table, or name the folder with \`images\``
        : `cut '${name.slice(0, name.length - rest.length)}' from the names in the table: what is left of them is there`,
  }
}

type Near = { readonly path: string; readonly ways: readonly Difference[] } | { readonly several: readonly string[] }

/** The one file whose name differs only in slashes, Unicode form or case. */
function nearName(root: string, name: string, entries: (folder: string) => readonly string[]): Near | undefined {
  const ways = new Set<Difference>()
  const parts = name.split('/').flatMap((part) => {
    if (!part.includes('\\')) return [part]
    ways.add('slashes')
    return part.split('\\')
  })
  let path = root
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part === '..') return undefined
    const names = entries(path)
    const step = names.includes(part) ? { name: part } : similarName(names, part)
    if (step === undefined) return undefined
    if ('several' in step) return step
    if (step.way !== undefined) ways.add(step.way)
    path = join(path, step.name)
  }
  return { path, ways: [...ways] }
}

function similarName(
  names: readonly string[],
  part: string,
): { readonly name: string; readonly way?: Difference } | { readonly several: readonly string[] } | undefined {
  const form = part.normalize('NFC')
  const sameForm = names.filter((name) => name.normalize('NFC') === form)
  if (sameForm.length > 1) return { several: sameForm }
  if (sameForm.length === 1) return { name: sameForm[0]!, way: 'unicode' }
  const letters = form.toLowerCase()
  const sameLetters = names.filter((name) => name.normalize('NFC').toLowerCase() === letters)
  if (sameLetters.length > 1) return { several: sameLetters }
  return sameLetters.length === 1 ? { name: sameLetters[0]!, way: 'letters' } : undefined
}

/** What is in a folder, read once; nothing where it is none. */
function directoryReader(): (folder: string) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (folder) => {
    const before = known.get(folder)
    if (before !== undefined) return before
    let names: readonly string[] = []
    try {
      names = readdirSync(folder)
    } catch {
      // no folder, or one that cannot be looked into: no file in it fits
    }
    known.set(folder, names)
    return names
  }
}
