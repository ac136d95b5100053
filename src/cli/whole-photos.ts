import { warn } from './say.ts'

const doubt =
  'the animals are not cut out, so places that agree may lie in mud, in grass or on another animal: look where their lines end before you trust their number'

/** Said on a page with lines between places of photos whose animals are not cut out. */
export const linesDoubtText = `Careful: ${doubt}.`

/** Places were matched on photos whose animals are not cut out; `where` says where their lines are seen. */
export function warnOfWholePhotos(where: string): void {
  warn(`${doubt} (${where}). With --locate, masks or boxes only the animals are looked at (docs/locate.md)`)
}
