import { counted } from '../base/index.ts'
import { isDateWithoutDay } from './date-names.ts'
import { type Manifest, shortList } from './manifest.ts'
import { readTimes } from './timestamps.ts'

/**
 * The manifest with a warning that counts the times which cannot be read (no time, no such day): what was written stays, but `readTimes` gives such
 * photos no time. A month or a year without a day is a date, which says too little to be a time: a note counts these. Every kind of dataset passes
 * through here; the names of folders (`May 2024`) state no times, so that none of them is wrong.
 */
export function withReadTimes(manifest: Manifest): Manifest {
  if (manifest.kind === 'folders' || manifest.kind === 'photos') return manifest
  const times = manifest.photos.map(({ timestamp }) => timestamp)
  const unread = readTimes(times).unread.map((i) => times[i]!)
  if (unread.length === 0) return manifest
  const all = times.filter((time) => time !== undefined).length
  const [short, wrong] = [true, false].map((isShort) => unread.filter((text) => isDateWithoutDay(text) === isShort))
  return {
    ...manifest,
    notes: [...(manifest.notes ?? []), ...withoutDay(short!, all)],
    warnings: [...manifest.warnings, ...unreadable(wrong!, all)],
  }
}

function withoutDay(written: readonly string[], all: number): string[] {
  if (written.length === 0) return []
  const have = written.length === 1 ? 'has no day, and counts' : 'have no day, and count'
  return [`${written.length} of ${counted(all, 'date')} ${have} as no time: ${unreadWords(written)}`]
}

function unreadable(written: readonly string[], all: number): string[] {
  if (written.length === 0) return []
  const told = `${written.length} of ${counted(all, 'time')} cannot be read, so that these photos count as having none`
  return [`${told}: ${unreadWords(written)}; ${numbersWords(written)}times are written as 2024-12-31 13:05`]
}

/** What numbers in the place of times are likely to be: a spreadsheet writes days since 1900 where a column is not formatted as dates. */
function numbersWords(written: readonly string[]): string {
  if (written.every((text) => /^[2-5]\d{4}([.,]\d+)?$/.test(text)))
    return 'these may be the numbers that a spreadsheet has for days (format the column as dates there); '
  const thousandths = written.filter((text) => /^[12]\d{12}([.,]\d+)?$/.test(text)).length
  const seconds = written.filter((text) => /^[12]\d{9}([.,]\d+)?$/.test(text)).length
  if (thousandths + seconds < written.length) return ''
  if (seconds === 0) return 'these may be milliseconds since 1970; '
  return `these may be seconds${thousandths === 0 ? '' : ' and milliseconds'} since 1970; `
}

/** The first few, each once. */
export function unreadWords(written: readonly string[]): string {
  return shortList(
    [...new Set(written)].map((text) => `'${text}'`),
    3,
  )
}
