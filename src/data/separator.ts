/** Characters that stand between cells, the likeliest first. */
const marks = [',', ';', '\t', '|'] as const

/** No letter and no digit: blank lines, rows of separators, and what ended files once (Ctrl-Z). */
export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => /^[\s,;|"\x1a\u200b\ufeff]*$/.test(cell))
}

/** `sep=;`, which tells Excel the separator; parsed by it, the line is `sep=` and an empty cell. */
export function isSeparatorLine([first, ...others]: readonly string[]): boolean {
  return first !== undefined && /^sep=.?$/i.test(first) && others.every((cell) => cell === '')
}

/**
 * The separator of a table: what its first line says that is not blank (`sep=;`, also between quotation marks), else the mark that this line
 * has most of, those between quotation marks not counted.
 */
export function separatorOf(text: string): string {
  const [line = ''] = writtenLines(text)
  return saidIn(line) ?? mostIn(headerLine(text))
}

/** The header: the first line that is not blank and says no separator. */
export function headerLine(text: string): string {
  for (const line of writtenLines(text)) if (!/^"?sep=.?"?[,;|\t ]*$/i.test(line)) return line
  return ''
}

function saidIn(line: string): string | undefined {
  return /^"?sep=([^"])/i.exec(line)?.[1]
}

/** The separator that a line looks to have; undefined where it has none of them. */
export function likelySeparator(line: string): string | undefined {
  const mark = mostIn(line)
  return line.includes(mark) ? mark : undefined
}

/** What people call a separator. */
export function separatorName(mark: string): string {
  return mark === '\t' ? 'tabs' : `'${mark}'`
}

/** The lines that are not blank, the first without a byte order mark. */
function* writtenLines(text: string): Generator<string, void, undefined> {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) if (!isBlank([line])) yield line.replace(/^\ufeff/, '')
}

function mostIn(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '')
  const counts = marks.map((mark) => ({ mark, count: bare.split(mark).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark
}
