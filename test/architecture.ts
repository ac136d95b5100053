import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Which rooms each room may import, the rooms in processing order; of a file that is named only the types. */
export type Imports = Readonly<Record<string, readonly string[]>>

/**
 * The table of rooms in ARCHITECTURE.md: rows `| [room](src/room) | what lives there | rooms it may import |`, where – is none and
 * all is every one above.
 */
export function readRooms(markdown: string): Imports {
  const rows = [...markdown.matchAll(/^\| \[([\w-]+)\]\(src\/\1\) \|.*\| ([^|]+) \|$/gm)].map(([, room, cell]) => ({
    room: room!,
    cell: cell!.trim(),
  }))
  const rooms = rows.map(({ room }) => room)
  const named = (cell: string, own: string) => {
    if (cell === 'all') return rooms.slice(0, rooms.indexOf(own))
    return cell === '–' ? [] : cell.split(' ')
  }
  return Object.fromEntries(rows.map(({ room, cell }) => [room, named(cell, room)]))
}

export const allowedImports: Imports = readRooms(
  readFileSync(join(import.meta.dirname, '..', 'ARCHITECTURE.md'), 'utf8'),
)

/** Packages that one file alone may import. */
export const soleImporters: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'runtime/session.ts',
  'onnxruntime-common': 'runtime/session.ts',
  sharp: 'images/decode.ts',
  'umap-js': 'projection/umap.ts',
}

/** Files in `src/` itself, and the room whose rules hold for them. */
export const rootFiles: Readonly<Record<string, string>> = { 'cli.ts': 'cli' }

/** Files that may be longer, and why. */
export const longFiles: Readonly<Record<string, string>> = {
  'test/op-cases.ts': 'one table, total over the op catalogue',
}

export const lineLimit = 400

/** One import or re-export: what it names, whether it is gone once types are erased, and whether it waits until it is called. */
interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
  readonly isCalled?: boolean
}

/** A file of `src/`, its path relative to that folder with '/' between names. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Everything in which the files break the rules, one line each. */
export function violations(files: readonly SourceFile[]): string[] {
  const parsed = files.map((file) => ({ ...file, ...parse(file) }))
  return [
    ...parsed.flatMap(({ path, imports }) => imports.flatMap((one) => wrongImport(path, one))),
    ...parsed.filter(({ hasDefault }) => hasDefault).map(({ path }) => `${path}: a default export`),
    ...cycles(parsed),
    ...doors(files),
  ]
}

/** The rooms that are loaded before a file does anything. */
export function roomsLoadedWith(first: string, files: readonly SourceFile[]): string[] {
  const texts = new Map(files.map((file) => [file.path, file]))
  const loaded = new Set([first])
  for (const path of loaded) {
    const file = texts.get(path)
    if (file === undefined) continue
    for (const { specifier, typeOnly, isCalled } of parse(file).imports)
      if (!typeOnly && !isCalled && specifier.startsWith('.')) loaded.add(resolve(path, specifier))
  }
  return [...new Set([...loaded].map((path) => roomOf(path) ?? path))].sort()
}

/** Files with more lines than allowed, and exceptions that are none any more. */
export function tooLong(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1
    const excused = path in longFiles
    if (lines > lineLimit && !excused) return [`${path}: ${lines} lines, expected at most ${lineLimit}`]
    return lines <= lineLimit && excused ? [`${path}: ${lines} lines, and yet listed as long`] : []
  })
}

function wrongImport(path: string, { specifier, typeOnly }: Import): string[] {
  if (!specifier.startsWith('.')) {
    const sole = soleImporters[specifier]
    return sole === undefined || sole === path ? [] : [`${path}: imports ${specifier}, which only ${sole} may`]
  }
  const target = resolve(path, specifier)
  const [from, to] = [roomOf(path), roomOf(target)]
  if (from === undefined) return [`${path}: lies in no room`]
  if (to === undefined) return [`${path}: imports ${target}, which lies in no room`]
  if (from === to) return []
  const allowed = allowedImports[from] ?? []
  if (typeOnly && allowed.includes(target)) return []
  if (!allowed.includes(to)) return [`${path}: ${from} imports ${to}, expected one of: ${allowed.join(' ') || 'none'}`]
  return target === `${to}/index.ts` ? [] : [`${path}: imports ${target}, expected the door ${to}/index.ts`]
}

function roomOf(path: string): string | undefined {
  const slash = path.indexOf('/')
  if (slash < 0) return rootFiles[path]
  const folder = path.slice(0, slash)
  return folder in allowedImports ? folder : undefined
}

/** A relative import as a path; '..' may leave `src/`, which then lies in no room. */
function resolve(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Rings of imports that remain at run time: whichever file comes first would see another half made. */
function cycles(files: readonly (SourceFile & { readonly imports: readonly Import[] })[]): string[] {
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter((i) => !i.typeOnly && i.specifier.startsWith('.')).map((i) => resolve(path, i.specifier)),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push(`a cycle: ${[...trail.slice(at), path].join(' → ')}`)
    if (at >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

/** Every room has a door, which says first what the room is for. */
function doors(files: readonly SourceFile[]): string[] {
  const rooms = new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0]!))
  return [...rooms].flatMap((room) => {
    const door = files.find(({ path }) => path === `${room}/index.ts`)
    if (door === undefined) return [`${room}: has no index.ts`]
    return door.text.startsWith('/**') ? [] : [`${door.path}: does not begin with what the room is for`]
  })
}

function parse({ path, text }: SourceFile): { readonly imports: Import[]; readonly hasDefault: boolean } {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const imports: Import[] = []
  let hasDefault = false
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      imports.push({
        specifier: literal(node.moduleSpecifier),
        typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      })
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      imports.push({ specifier: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      imports.push({ specifier: literal(node.arguments[0]), typeOnly: false, isCalled: true })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      imports.push({ specifier: literal(node.argument.literal), typeOnly: true })
    }
    if (ts.isExportAssignment(node)) hasDefault = true
    if (ts.isExportSpecifier(node) && node.name.text === 'default') hasDefault = true
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))
      hasDefault = true
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { imports, hasDefault }
}

function literal(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : ''
}
