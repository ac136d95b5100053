import { InvalidArgumentError } from 'commander'

/** More than any machine has processors, photos pass together, or individuals are told. Beyond it stands a slip of the finger. */
const mostThreads = 1024
const mostAtOnce = 65_536
const atLeastOne = 'Expected a whole number above 0.'

/** Processor threads, for commander. */
export function threadCount(text: string): number {
  return atMost(mostThreads, wholeNumber(text, 1, atLeastOne))
}

/** How many of something, from 1, for commander. */
export function aboveZero(text: string): number {
  return atMost(mostAtOnce, wholeNumber(text, 1, atLeastOne))
}

function atMost(most: number, value: number): number {
  if (value > most) throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`)
  return value
}

/** A parser of whole numbers from 1 to `most`, for commander: sizes of pictures, whose memory grows with their square. */
export function upTo(most: number): (text: string) => number {
  const otherwise = `Expected a whole number from 1 to ${most}.`
  return (text) => {
    const value = wholeNumber(text, 1, otherwise)
    if (value > most) throw new InvalidArgumentError(otherwise)
    return value
  }
}

/** A whole number from 0 that is exact, for commander: seeds. */
export function notNegative(text: string): number {
  return fromZero(Number.MAX_SAFE_INTEGER)(text)
}

/** A parser of whole numbers from 0 to `most`, for commander. */
export function fromZero(most: number): (text: string) => number {
  return (text) => {
    if (Number(text) > most) throw new InvalidArgumentError(`Expected a whole number from 0 to ${most}.`)
    return wholeNumber(text, 0, 'Expected a whole number, 0 or above.')
  }
}

/** A number from 0 to 1, for commander. */
export function fraction(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('Expected a number from 0 to 1.')
  return value
}

/** A share between 0 and 1, neither of them, for commander. */
export function openShare(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.')
  return value
}

/** Number('') is 0, which nobody meant. */
function wholeNumber(text: string, least: number, otherwise: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(otherwise)
  return value
}
