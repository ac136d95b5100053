import type { Identification } from './identify.ts'
import { percentText } from './percent-text.ts'

/** What place and time say of a photo beside its answer, in words; undefined where they were not asked, or where a person decided. */
export function placeTimeWords({ placeTime, candidates, answer }: Identification): string | undefined {
  if (placeTime === undefined || answer.reason === 'decided') return undefined
  if (placeTime === null) return 'place and time: the photo has neither a station nor a time that the gallery has too'
  const { identity, probability, factor } = placeTime
  const times = `${identity} is ${factor.toFixed(1)} times as likely as the average individual to be there then`
  if (probability === undefined) return `place and time: ${times}`
  const looks = candidates.find((candidate) => candidate.identity === identity)?.probability
  const by = looks === undefined ? '' : `, by looks alone ${percentText(looks)}`
  return `place and time: with them ${identity} has probability ${percentText(probability)}${by}; ${times}`
}

/** What they are worth. */
export const placeTimeMeaning =
  'Place and time are told beside the answers. They change no similarity, no order and no answer. How well they work was tried on drawn home ranges only.'
