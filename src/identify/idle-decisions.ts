import { counted } from '../base/index.ts'
import type { Decision } from './decisions.ts'
import type { Identification } from './identify.ts'

/**
 * What is said of decisions that two photos asked about show different animals, where these change no answer: neither photo was decided to show somebody of
 * the gallery, and the two did not get one name. Undefined where there are none.
 */
export function idleDecisionsNote(
  decisions: readonly Decision[],
  found: readonly Identification[],
): string | undefined {
  const answers = new Map(found.map(({ photo, answer }) => [photo.filename, answer]))
  const isIdle = (name: string) => {
    const answer = answers.get(name)
    const isDecided = answer?.reason === 'decided' && answer.identity !== undefined
    return !isDecided && answer?.conflict === undefined
  }
  const idle = decisions.filter(
    ({ photo, other, decision, inGallery = [false, false] }) =>
      decision === 'different' && other !== undefined && !inGallery.includes(true) && isIdle(photo) && isIdle(other),
  )
  if (idle.length === 0) return undefined
  const rows = idle.map(({ row }) => row)
  return `${counted(idle.length, 'decision')} that two of these photos show different animals ${idle.length === 1 ? 'changes' : 'change'} no answer yet (row ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ', …' : ''}): ${idle.length === 1 ? 'it counts' : 'they count'} once one of the two is decided to show somebody of the gallery, or where both would get one name`
}
