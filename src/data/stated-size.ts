import { counted } from '../base/index.ts'
import type { PhotoSize } from '../images/index.ts'
import type { Numbers } from './box-format.ts'

type Size = Pick<PhotoSize, 'width' | 'height'>

/** What is known of a box, its format aside. */
interface Stated {
  readonly numbers: Numbers
  readonly size: PhotoSize | undefined
  readonly stated?: Size | undefined
  readonly where: string
}

/** How far proportions may differ: a smaller photo's sides are rounded. */
const rounding = 0.02

/** True for the same pixels. */
export function sameSides(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

/** True for sides of the same proportions. */
export function sameProportions(a: Size, b: Size): boolean {
  return Math.abs((a.width * b.height) / (a.height * b.width) - 1) <= rounding
}

/**
 * Boxes in pixels of photos that were made smaller or larger since: their source states the size that they had. Taken so where every stated
 * size has the proportions of its photo, as it is stored or upright, and holds its box: `width` and `height` of a table may be the box's own.
 */
export function scaledToPhotos<B extends Stated>(
  all: readonly B[],
): { readonly boxes: readonly B[]; readonly notes: readonly string[] } {
  const factors = all.map(factorOf)
  const boxes = all.map((box, i) => ({ ...box, numbers: scaled(box.numbers, factors[i] ?? 1) }))
  const first = factors.findIndex((factor) => factor !== 1)
  const { where, stated, size } = all[first] ?? {}
  if (factors.includes(undefined) || stated === undefined || size === undefined) return { boxes: all, notes: [] }
  const count = factors.filter((factor) => factor !== 1).length
  const example = `${where}: drawn at ${stated.width}×${stated.height}, now ${size.width}×${size.height}`
  return {
    boxes,
    notes: [
      `boxes: ${counted(count, 'was drawn on a photo of another size, and is', 'were drawn on photos of another size, and are')} scaled (${example})`,
    ],
  }
}

/** By how much the photo is larger than its source says; 1 where that is not known, undefined where the two are not the same picture. */
function factorOf({ numbers, size, stated }: Stated): number | undefined {
  if (size === undefined || stated === undefined) return 1
  const longer = Math.max(stated.width, stated.height)
  if (numbers.some((value) => value > longer * (1 + rounding))) return undefined
  const turned = { width: stated.height, height: stated.width }
  const fits = sameProportions(stated, size) || (size.orientation >= 5 && sameProportions(turned, size))
  if (!fits) return undefined
  const factor = Math.max(size.width, size.height) / longer
  return Math.abs(factor - 1) <= rounding ? 1 : factor
}

function scaled([a, b, c, d]: Numbers, factor: number): Numbers {
  const exact = (value: number) => Math.round(value * factor * 1000) / 1000
  return factor === 1 ? [a, b, c, d] : [exact(a), exact(b), exact(c), exact(d)]
}
