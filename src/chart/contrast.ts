/** Red, green, blue, 0 to 255, of `#RRGGBB`. */
function channels(colour: string): [number, number, number] {
  const at = (i: number) => Number.parseInt(colour.slice(i, i + 2), 16)
  return [at(1), at(3), at(5)]
}

/** Relative luminance of `#RRGGBB`, 0 (black) to 1 (white). */
export function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

/** (L₁ + 0.05) / (L₂ + 0.05) of the lighter and the darker luminance: 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (lighter! + 0.05) / (darker! + 0.05)
}

/** What is seen of a colour of that opacity over another. */
export function mixed(colour: string, below: string, opacity: number): string {
  const [over, under] = [channels(colour), channels(below)]
  return hexOf(over.map((value, i) => opacity * value + (1 - opacity) * under[i]!))
}

/** `#RRGGBB` of channels from 0 to 255. */
function hexOf(rgb: readonly number[]): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}
