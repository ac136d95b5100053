import { createHash } from 'node:crypto'
import { escapeText } from '../chart/index.ts'

/** A page of its own: no file beside it, no network. */
export interface HtmlPage {
  /** What the page is about; the first words of its title. */
  readonly about?: string
  /** Which page of rosette it is: `report`, `audit`; the last word of its title. */
  readonly page?: string
  readonly style: string
  /** The one script that may run; none unless given. */
  readonly script?: string
  /** Where pictures may come from: `data:`, `blob:`; from nowhere unless given. */
  readonly pictures?: string
  /** Further names and contents of `<meta>`. */
  readonly metas?: readonly string[]
  /** HTML, in which all text from elsewhere is escaped. */
  readonly body: string
}

/** The page as one HTML file. Its policy lets only this style and this script in, by their hashes, and lets no form or base lead elsewhere. */
export function htmlPage({ about, page, style, script, pictures, metas = [], body }: HtmlPage): string {
  const policy = [
    `default-src 'none'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`]),
    `style-src '${hashOf(style)}'`,
    ...(pictures === undefined ? [] : [`img-src ${pictures}`]),
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  const title = [about, page === undefined ? undefined : `rosette ${page}`].filter((words) => words !== undefined)
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...metas.map((meta) => `<meta ${meta}>`),
    `<title>${escapeText(title.join(': '))}</title>`,
    `<style>${style}</style>`,
  ]
  return `<!doctype html>
<html lang="en">
<head>
${head.join('\n')}
</head>
<body>
${body}
</body>
</html>
`
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
