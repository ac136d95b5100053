// What the scripts that write tables into docs/ share.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A row of a Markdown table. */
export function line(cells) {
  return `| ${cells.join(' | ')} |`
}

/** The text between `<!-- name -->` and `<!-- /name -->` replaced by the lines that `table` makes of it. */
export function replaced(text, name, table) {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  return text.slice(0, from) + table(text.slice(from, to)).join('\n') + '\n' + text.slice(to)
}

/** Writes a page of docs/ anew; with --check only says, by exit code 1, that it is behind. */
export function renew(name, renewed) {
  const page = fileURLToPath(new URL(`../docs/${name}`, import.meta.url))
  const before = readFileSync(page, 'utf8')
  const after = renewed(before)
  if (!process.argv.includes('--check')) writeFileSync(page, after)
  else if (after !== before) {
    console.error(`docs/${name} is behind the code: node ${process.argv[1].replace(/^.*(?=scripts)/, '')}`)
    process.exitCode = 1
  }
}
