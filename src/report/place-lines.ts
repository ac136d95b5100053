import type { PlaceLine } from './deciding-data.ts'
import type { ShownPicture } from './deciding-photos.ts'

/** Lines that a page holds of a pair: more cannot be told apart. */
const linesAtMost = 40

/** Matched places as shares of two pictures' sides, evenly chosen where there are many; none where a picture is missing. */
export function linesOf(
  places: Float32Array,
  [first, second]: readonly [ShownPicture | undefined, ShownPicture | undefined],
): PlaceLine[] {
  if (first === undefined || second === undefined) return []
  const count = places.length / 4
  const drawn = Math.min(count, linesAtMost)
  return Array.from({ length: drawn }, (_, k): PlaceLine => {
    const at = Math.floor((k * count) / drawn) * 4
    const [ax, ay, bx, by] = places.subarray(at, at + 4) as unknown as [number, number, number, number]
    return [...shareOf(first, ax, ay), ...shareOf(second, bx, by)]
  })
}

/** Where a place of the photo lies in its picture. */
function shareOf({ shown }: ShownPicture, x: number, y: number): [number, number] {
  return [round((x - shown.x) / shown.width), round((y - shown.y) / shown.height)]
}

function round(share: number): number {
  return Math.round(share * 1e4) / 1e4
}
