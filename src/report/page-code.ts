import { readFileSync } from 'node:fs'
import { invariant } from '../base/index.ts'

const imports = /^import \{[^}]*\} from ['"](\.[^'"]+)['"];\n/gm
const exported = /^export (?=(?:async )?(?:function|const|let|class)\b)/gm
const nothing = /^export \{\};\n/gm

/**
 * The page's browser code as one script: the compiled modules of `page/` in the order in which they need each other, their
 * imports and exports taken out. Names at the top level must therefore differ between them, which a browser test sees.
 */
export function pageCode(): string {
  const entry = new URL('page/main.js', compiledFolder())
  const done = new Set<string>()
  const parts: string[] = []
  const visit = (module: URL): void => {
    if (done.has(module.href)) return
    done.add(module.href)
    const text = readFileSync(module, 'utf8')
    for (const [, specifier] of text.matchAll(imports)) visit(new URL(specifier!, module))
    const body = text.replace(imports, '').replace(exported, '').replace(nothing, '')
    invariant(
      !/^(import|export)\b/m.test(body),
      `${module.pathname}: an import or export of a form that is not taken out`,
    )
    parts.push(body)
  }
  visit(entry)
  return parts.join('\n')
}

/** Where the compiled modules are: here, or in dist for sources that a test runner reads. */
function compiledFolder(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../dist/report/' : './', import.meta.url)
}
