import { monthOf } from './timestamps.ts'

const dates =
  /^(19|20)\d\d([-_. ]?(0?[1-9]|1[0-2])([-_. ]?(0?[1-9]|[12]\d|3[01]))?)?([-_ T]?\d\d[-_.:]?\d\d([-_.:]?\d\d)?)?$/
const dayFirst = /^(0?[1-9]|[12]\d|3[01])[-_. ](0?[1-9]|1[0-2])[-_. ]((19|20)?\d\d)$/

/** True for a date in numbers that begins with the year: `2024`, `2024-05`, `20240501`, with a time of day or without. */
export function isYearFirst(name: string): boolean {
  return dates.test(name)
}

/** True for a folder's name that is a date: `2024-05-01`, `1.5.2024`, `May 2024`, a year. */
export function isDateName(name: string): boolean {
  return dates.test(name) || dayFirst.test(name) || isMonthOfYear(name)
}

/** `May 2024`, `1 May 2024`, `2024 mayo`: a month's name alone may be an animal's. */
function isMonthOfYear(name: string): boolean {
  const found =
    /^(?:\d{1,2}[-_. ]*)?(\p{L}{3,})\.?[-_. ]*(?:19|20)\d\d$|^(?:19|20)\d\d[-_. ]*(\p{L}{3,})(?:[-_. ]*\d{1,2})?$/u.exec(
      name,
    )
  return found !== null && monthOf(found[1] ?? found[2]!) !== undefined
}

/** True for a date that says no day: a year (`2024`), or a month of one (`2024-05`, `05/2024`, `May 2024`). */
export function isDateWithoutDay(written: string): boolean {
  const text = written.trim().replaceAll('/', '-')
  return /^(19|20)\d\d([-_. ]?(0?[1-9]|1[0-2]))?$/.test(text) || isMonthThenYear(text)
}

function isMonthThenYear(text: string): boolean {
  const named = /^(?:(\p{L}{3,})\.?[-_. ]*(?:19|20)\d\d|(?:19|20)\d\d[-_. ]*(\p{L}{3,})\.?)$/u.exec(text)
  if (named !== null) return monthOf(named[1] ?? named[2]!) !== undefined
  return /^(0?[1-9]|1[0-2])[-_. ](19|20)\d\d$/.test(text)
}
