import { readFileSync } from 'node:fs'

/** The browser's part of a page. */
export interface PageBuild {
  readonly code: string
  readonly style: string
}

/** A page with a script: the report, or that for deciding. */
export type ScriptedPage = 'page' | 'deciding'

/** What the bundler made of `src/web`: of each page one script that imports nothing, and one style sheet. */
export function pageBuild(page: ScriptedPage = 'page'): PageBuild {
  // In dist, for sources too that a test runner reads.
  const folder = new URL(import.meta.url.endsWith('.ts') ? '../../dist/web/' : '../web/', import.meta.url)
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
  return { code: read(`${page}.js`), style: read(`${page}.css`) }
}
