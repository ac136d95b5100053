import { largest } from '../base/index.ts'

/** Pixels that hang together, above a threshold. */
export interface Component {
  /** Its number in the labels, from 1. */
  readonly label: number
  readonly pixels: number
  /** Mean of the values in it. */
  readonly mean: number
  readonly left: number
  readonly top: number
  /** The last column and row that it touches. */
  readonly right: number
  readonly bottom: number
}

/** A map [height, width], row-major. */
export interface ValueMap {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** The parts of a map of at least `threshold` that hang together, corners counted: labels [height, width], 0 for what is below. */
export function componentsOf(
  { width, height, data }: ValueMap,
  threshold: number,
): { readonly labels: Int32Array; readonly components: readonly Component[] } {
  const labels = new Int32Array(width * height)
  const components: Component[] = []
  const stack: number[] = []
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== 0 || !(data[start]! >= threshold)) continue
    const label = components.length + 1
    let [pixels, sum, left, top, right, bottom] = [0, 0, width, height, -1, -1]
    labels[start] = label
    stack.push(start)
    while (stack.length > 0) {
      const at = stack.pop()!
      const x = at % width
      const y = (at - x) / width
      pixels++
      sum += data[at]!
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const next = v * width + u
          if (labels[next] !== 0 || !(data[next]! >= threshold)) continue
          labels[next] = label
          stack.push(next)
        }
      }
    }
    components.push({ label, pixels, mean: sum / pixels, left, top, right, bottom })
  }
  return { labels, components }
}

/** How parts of a mask become animals. */
export interface GroupOptions {
  /** A part of fewer pixels than this share of the largest is dropped. */
  readonly leastShare: number
  /** Parts are one animal, seen behind a stem, where the gap between their boxes is at most this share of the larger one's longer side. */
  readonly gapShare: number
  /** A mask of a smaller share of the map than this is nobody. */
  readonly leastArea: number
}

/** A part below a twentieth of the largest is a speck; below a thousandth of the photo nothing can be recognised. */
export const groupDefaults: GroupOptions = { leastShare: 0.05, gapShare: 0.1, leastArea: 0.001 }

/** More parts are specks of a map that shows nothing; each would be held against each. */
const mostParts = 1000

/** Components that are one animal each, the animal of the most pixels first. */
export function groupComponents(
  components: readonly Component[],
  mapPixels: number,
  { leastShare, gapShare, leastArea }: GroupOptions = groupDefaults,
): Component[][] {
  const most = largest(components.map(({ pixels }) => pixels))
  const parts = components.filter(({ pixels }) => pixels >= leastShare * most)
  const groups: Component[][] = []
  for (const part of parts.toSorted((a, b) => b.pixels - a.pixels).slice(0, mostParts)) {
    const near = groups.filter((group) => group.some((other) => areNear(other, part, gapShare)))
    const joined = [...near.flat(), part]
    for (const group of near) groups.splice(groups.indexOf(group), 1)
    groups.push(joined)
  }
  return groups.filter((group) => pixelsOf(group) >= leastArea * mapPixels).sort((a, b) => pixelsOf(b) - pixelsOf(a))
}

function pixelsOf(group: readonly Component[]): number {
  return group.reduce((sum, { pixels }) => sum + pixels, 0)
}

function areNear(a: Component, b: Component, gapShare: number): boolean {
  const side = ({ left, right, top, bottom }: Component) => Math.max(right - left, bottom - top) + 1
  const gapX = Math.max(a.left, b.left) - Math.min(a.right, b.right) - 1
  const gapY = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom) - 1
  return Math.max(gapX, gapY) <= gapShare * Math.max(side(a), side(b))
}
