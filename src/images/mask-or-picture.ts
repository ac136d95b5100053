import type { ImageRGBA } from './decode.ts'

/** Pixels that are looked at, at most, in even steps over the picture. */
const lookedAt = 50_000

/** Values this near to black or white count as these. */
const nearly = 24

/** Channels that differ by more make a colour. */
const coloured = 24

/** So many values a label map may have beside black and white. */
const fewValues = 8

/**
 * True for what is rather a photograph than a mask: pixels between black and white are many, and of many values. A mask has two values, a few (labels
 * in colours), or soft edges; one in grey may be soft all over its animal, so that only one nowhere black or white is a picture. The alpha channel
 * is no matter here.
 */
export function isPicture({ data, width, height }: ImageRGBA): boolean {
  const pixels = width * height
  const stride = Math.max(1, Math.floor(pixels / lookedAt))
  const counts = new Map<number, number>()
  let [seen, between, inColour] = [0, 0, 0]
  for (let i = 0; i < pixels; i += stride) {
    const [r, g, b] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!]
    const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)]
    seen++
    if (high <= nearly || low >= 255 - nearly) continue
    between++
    const isColour = high - low > coloured
    if (isColour) inColour++
    const bin = isColour ? ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4) : -(high >> 2)
    counts.set(bin, (counts.get(bin) ?? 0) + 1)
  }
  const common = [...counts.values()].sort((a, b) => b - a).slice(0, fewValues)
  const isOfFewValues = common.reduce((sum, count) => sum + count, 0) >= 0.8 * between
  const enough = inColour >= 0.25 * between ? 0.25 : 0.75
  return between > enough * seen && !isOfFewValues
}
