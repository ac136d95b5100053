/** Somebody's text as one line of a message: its beginning, without what a terminal would obey. */
export function quoted(text: string): string {
  const line = text.slice(0, 1000).replace(/[\p{C}\s]+/gu, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
