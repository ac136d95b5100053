/** A table with a byte order mark where there is more than ASCII: spreadsheets would spoil names without it. */
export function markedCsv(text: string): string {
  return /^[\x20-\x7e\r\n\t]*$/.test(text) || text.startsWith('\uFEFF') ? text : `\uFEFF${text}`
}
