import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** Where a name of a door can be used: everything that is code, and code in pages. */
const places = ['src', 'test', 'bench', 'scripts', 'examples', 'docs', 'README.md']

/** For each `room.name` that a file outside of the room takes from the room's door, one such file. */
export function readUses(root: string): ReadonlyMap<string, string> {
  const uses = new Map<string, string>()
  for (const file of places.flatMap((place) => filesIn(root, place))) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const code of file.endsWith('.md') ? codeBlocks(text) : [text])
      for (const { room, name } of usesIn(code)) if (!file.startsWith(`src/${room}/`)) uses.set(`${room}.${name}`, file)
  }
  return uses
}

function filesIn(root: string, place: string): string[] {
  if (place.endsWith('.md')) return [place]
  return readdirSync(join(root, place), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|md)$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
}

function codeBlocks(page: string): string[] {
  return [...page.matchAll(/^```[jt]s\n([\s\S]*?)^```/gm)].map(([, code]) => code!)
}

interface Use {
  readonly room: string
  readonly name: string
}

/** `…/room/index.ts` and `rosette/room`. */
const doorPattern = /(?:([\w-]+)\/index\.[jt]s|rosette\/([\w-]+))(?=['"`]|$)/g

function roomOf(specifier: string): string | undefined {
  const [found] = specifier.matchAll(doorPattern)
  return found?.[1] ?? found?.[2]
}

/** Named imports by their names, `import * as` by what follows the dot, a door that is imported in any other way by every word. */
function usesIn(code: string): Use[] {
  const source = ts.createSourceFile('code.ts', code, ts.ScriptTarget.ES2023)
  let rest = code
  const uses: Use[] = []
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue
    const specifier = statement.moduleSpecifier
    const room = specifier !== undefined && ts.isStringLiteral(specifier) ? roomOf(specifier.text) : undefined
    if (room === undefined) continue
    rest = rest.replace(statement.getText(source), '')
    uses.push(...namesOf(statement, code).map((name) => ({ room, name })))
  }
  const others = new Set([...rest.matchAll(doorPattern)].map((match) => (match[1] ?? match[2])!))
  const words = others.size === 0 ? [] : new Set(rest.match(/[A-Za-z]\w*/g))
  return [...uses, ...[...others].flatMap((room) => [...words].map((name) => ({ room, name })))]
}

function namesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration, code: string): string[] {
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause
  if (bindings === undefined) return []
  if (ts.isNamespaceImport(bindings))
    return [...code.matchAll(new RegExp(`\\b${bindings.name.text}\\.(\\w+)`, 'g'))].map(([, name]) => name!)
  return ts.isNamespaceExport(bindings)
    ? []
    : bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
}
