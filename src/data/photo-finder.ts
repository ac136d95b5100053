import { existsSync, readdirSync, statSync } from 'node:fs'
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isInside } from '../base/index.ts'
import { isPhotoName } from './photo-names.ts'

/** What a table's file name differs in from the file that it names. */
const differences = {
  slashes: 'have `\\` between folders, which is read as `/`',
  unicode: 'are in another Unicode form than the names of the files',
  letters: 'differ from the names of the files in upper and lower case',
  ending: 'lack the ending of the names of the files',
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
 * as `/`, in another case, and without the ending, and taken where exactly one file fits. Where none does, it is a path in `likeliest`, so that who opens
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
      return 'path' in place && existsSync(place.path) && statSync(place.path).isFile() ? place.path : undefined
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

/** The one file whose name differs only in slashes, Unicode form, case or a missing ending. */
function nearName(root: string, name: string, entries: (folder: string) => Entries): Near | undefined {
  const ways = new Set<Difference>()
  const parts = name.split('/').flatMap((part) => {
    if (!part.includes('\\')) return [part]
    ways.add('slashes')
    return part.split('\\')
  })
  let path = root
  for (const [i, part] of parts.entries()) {
    if (part === '' || part === '.') continue
    if (part === '..') return undefined
    const step = similarName(entries(path), part, i === parts.length - 1)
    if (step === undefined) return undefined
    if ('several' in step) return step
    for (const way of step.ways) ways.add(way)
    path = join(path, step.name)
  }
  return { path, ways: [...ways] }
}

type Step =
  | { readonly name: string; readonly ways: readonly Difference[] }
  | { readonly several: readonly string[] }
  | undefined

/** The entry of a folder that a part of a name means: as it is written, else in the other Unicode form, another case, or without its ending. */
function similarName({ names, byForm, byLetters, byStem }: Entries, part: string, isLast: boolean): Step {
  if (names.has(part)) return { name: part, ways: [] }
  const form = part.normalize('NFC')
  const letters = form.toLowerCase()
  return (
    theOne(byForm.get(form), ['unicode']) ??
    theOne(byLetters.get(letters), ['letters']) ??
    (isLast ? theOne(byStem.get(form), ['ending']) : undefined)
  )
}

function theOne(names: readonly string[] | undefined, ways: readonly Difference[]): Step {
  if (names === undefined) return undefined
  return names.length > 1 ? { several: names } : { name: names[0]!, ways }
}

/** What is in a folder, by what names are compared by. */
interface Entries {
  readonly names: ReadonlySet<string>
  readonly byForm: ReadonlyMap<string, readonly string[]>
  readonly byLetters: ReadonlyMap<string, readonly string[]>
  /** Photos by their names without the ending. */
  readonly byStem: ReadonlyMap<string, readonly string[]>
}

/** What is in a folder, read once; nothing where it is none. */
function directoryReader(): (folder: string) => Entries {
  const known = new Map<string, Entries>()
  return (folder) => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const entries = entriesOf(namesIn(folder))
    known.set(folder, entries)
    return entries
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // no folder, or one that cannot be looked into: no file in it fits
  }
}

function entriesOf(names: readonly string[]): Entries {
  const [byForm, byLetters, byStem] = [
    new Map<string, string[]>(),
    new Map<string, string[]>(),
    new Map<string, string[]>(),
  ]
  for (const name of names) {
    const form = name.normalize('NFC')
    add(byForm, form, name)
    add(byLetters, form.toLowerCase(), name)
    if (isPhotoName(name)) add(byStem, form.slice(0, -extname(form).length), name)
  }
  return { names: new Set(names), byForm, byLetters, byStem }
}

function add(map: Map<string, string[]>, key: string, name: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [name])
  else list.push(name)
}
