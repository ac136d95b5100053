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
  return `${counted(idle.length, 'decision')} that two of these photos show different animals ${idle.length === 1 ? 'changes' : 'change'} no answer yet (${rowsOf(idle)}): ${idle.length === 1 ? 'it counts' : 'they count'} once one of the two is decided to show somebody of the gallery, or where both would get one name`
}

/** What is said of rows of a file of decisions about photos that are not asked about, `among` which these would be; undefined where there are none. */
export function otherDecisionsNote(ofOthers: readonly Decision[], among: string): string | undefined {
  const [first] = ofOthers
  if (first === undefined) return undefined
  const about = first.other === undefined ? `'${first.photo}'` : `'${first.photo}' and '${first.other}'`
  return `${counted(ofOthers.length, 'decision is', 'decisions are')} about photos that are not among ${among} (${rowsOf(ofOthers)}; the first: ${about}): ${ofOthers.length === 1 ? 'it changes' : 'they change'} nothing here, and a page keeps ${ofOthers.length === 1 ? 'it' : 'them'} for its next file`
}

function rowsOf(decisions: readonly Decision[]): string {
  const rows = decisions.map(({ row }) => row)
  return `${rows.length === 1 ? 'row' : 'rows'} ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ', …' : ''}`
}
