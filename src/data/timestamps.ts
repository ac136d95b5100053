import { counted } from '../base/index.ts'

/** Written times as instants, and what stands against them. */
export interface ReadTimes {
  /**
   * Milliseconds, those of a clock without a zone counted as if it were UTC: only differences mean something. Undefined where
   * nothing is written, and where it cannot be read.
   */
  readonly instants: readonly (number | undefined)[]
  /** True where no time has more than a day. */
  readonly daysOnly: boolean
  /** True for each that has a day and no time of day; its instant is midnight. */
  readonly isDay: readonly boolean[]
  /** How ambiguous dates were read. */
  readonly notes: readonly string[]
  /** Indices of those that cannot be read: no time, or no such day. */
  readonly unread: readonly number[]
  /** Why none of them can be used. */
  readonly problem?: string | undefined
}

type Order = 'day first' | 'month first'

/** A written time in its parts; `first` and `second` are day and month in an order that one text alone does not tell. */
interface Parts {
  readonly year: number
  readonly first: number
  readonly second: number
  readonly order: 'month first' | undefined
  readonly clockMs: number | undefined
  /** Of the zone, in minutes east of UTC. */
  readonly zoneMinutes: number | undefined
}

const clock =
  '(?:[T _,]+(\\d{1,2})[:.hH](\\d{2})(?:[:.m](\\d{2})(?:[.,](\\d+))?s?)?\\s*([AaPp]\\.?[Mm]\\.?)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)?'
const yearFirst = new RegExp(`^(\\d{4})[-:/.](\\d{1,2})[-:/.](\\d{1,2})${clock}$`)
const yearLast = new RegExp(`^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4})${clock}$`)
const monthNamed =
  /^(?:(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([\p{L}]{3,})\.?[-/. ,]*(\d{4})|([\p{L}]{3,})\.?[-/. ]*(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]*(\d{4}))(?!\d)/u
const compact = /^(\d{4})(\d{2})(\d{2})(?:[T _-]?(\d{2})(\d{2})(\d{2}))?$/

/**
 * Times as ISO 8601, EXIF (`2024:05:01 10:33:00`) and tables write them. In `3/4/2024` day and month may stand either way: one
 * date of the column that can only be read one way decides for all. Where none decides, where two contradict, and where some times
 * have a zone and others none, nothing is guessed: `problem` says why.
 */
export function readTimes(written: readonly (string | undefined)[]): ReadTimes {
  const parts = written.map((text) => (text === undefined ? undefined : partsOf(text.trim())))
  const none = (problem: string): ReadTimes => ({
    instants: written.map(() => undefined),
    daysOnly: false,
    isDay: written.map(() => false),
    notes: [],
    unread: written.flatMap((text, i) => (text !== undefined && parts[i] === undefined ? [i] : [])),
    problem,
  })
  const doubtful = parts.flatMap((part, i) => (part !== undefined && part.order === undefined ? [i] : []))
  const order = orderOf(doubtful.map((i) => parts[i]!))
  const example = written[doubtful[0] ?? 0]
  if (order === 'unknown')
    return none(`'${example}' may have the day or the month first, and no other date decides: write 2024-12-31`)
  if (order === 'both') return none('some dates have the day first and others the month: write 2024-12-31')
  const timed = parts.filter((part) => part?.clockMs !== undefined)
  const zoned = timed.filter((part) => part!.zoneMinutes !== undefined).length
  if (zoned > 0 && zoned < timed.length)
    return none(
      `${zoned} of ${counted(timed.length, 'time has', 'times have')} a time zone and the others none: write all of them alike`,
    )
  const instants = parts.map((part) => part && instantOf(part, part.order ?? order))
  return {
    instants,
    daysOnly: timed.length === 0,
    isDay: parts.map((part) => part !== undefined && part.clockMs === undefined),
    notes: doubtful.length > 0 ? [`dates as '${example}' are read with the ${order.split(' ')[0]} first`] : [],
    unread: written.flatMap((text, i) => (text !== undefined && instants[i] === undefined ? [i] : [])),
  }
}

function partsOf(written: string): Parts | undefined {
  const text = withMonthNumber(written)
  const year = yearFirst.exec(text) ?? compact.exec(text)
  if (year !== null) return parts(year, [year[1]!, year[2]!, year[3]!], 'month first')
  const last = yearLast.exec(text)
  return last === null ? undefined : parts(last, [last[3]!, last[1]!, last[2]!], undefined)
}

/** How months begin in English, Spanish, Portuguese, French and German; `mar` is March, and `mai` May. */
const months: readonly RegExp[] = [
  /^(jan|ene|gen)/,
  /^(feb|fev)/,
  /^(mar|mrz)/,
  /^(apr|abr|avr)/,
  /^(may|mai)/,
  /^(jun|juin)/,
  /^(jul|juil)/,
  /^(aug|ago|aou)/,
  /^(sep|set)/,
  /^(oct|out|okt)/,
  /^nov/,
  /^(dec|dic|dez)/,
]

/** The number of a month by its name or the begin of it, from 1. */
export function monthOf(name: string): number | undefined {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const index = months.findIndex((begins) => begins.test(plain))
  return index === -1 ? undefined : index + 1
}

/** `1-May-2024 10:00` as `2024-5-1 10:00`; a text without a month's name as it is. */
function withMonthNumber(text: string): string {
  const found = monthNamed.exec(text)
  if (found === null) return text
  const [whole, dayBefore, nameAfter, yearAfter, nameBefore, dayAfter, yearLater] = found
  const month = monthOf(nameAfter ?? nameBefore ?? '')
  if (month === undefined) return text
  return `${yearAfter ?? yearLater}-${month}-${dayBefore ?? dayAfter}${text.slice(whole.length)}`
}

function parts(
  found: RegExpExecArray,
  [year, first, second]: readonly [string, string, string],
  order: Parts['order'],
): Parts | undefined {
  const [hour, minute, seconds = '0', fraction = '0', half, zone] = found.slice(4)
  const base = { year: Number(year), first: Number(first), second: Number(second), order }
  if (hour === undefined || minute === undefined) return { ...base, clockMs: undefined, zoneMinutes: undefined }
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0)
  if (hours > 23 || Number(minute) > 59 || Number(seconds) > 60) return undefined
  const clockMs = ((hours * 60 + Number(minute)) * 60 + Number(seconds)) * 1000 + Number(`0.${fraction}`) * 1000
  return { ...base, clockMs, zoneMinutes: zone === undefined ? undefined : minutesOf(zone) }
}

function minutesOf(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)))
}

function orderOf(parts: readonly Parts[]): Order | 'unknown' | 'both' {
  const dayFirst = parts.some(({ first }) => first > 12)
  const monthFirst = parts.some(({ second }) => second > 12)
  if (dayFirst && monthFirst) return 'both'
  if (dayFirst) return 'day first'
  // the same number twice is the same day either way
  return monthFirst || parts.every(({ first, second }) => first === second) ? 'month first' : 'unknown'
}

/** Undefined for a day that no calendar has. */
function instantOf({ year, first, second, clockMs = 0, zoneMinutes = 0 }: Parts, order: Order): number | undefined {
  const [month, day] = order === 'month first' ? [first, second] : [second, first]
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() + clockMs - zoneMinutes * 60_000
}
