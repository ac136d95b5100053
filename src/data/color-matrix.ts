/** Factors are 1, and turns 0, where nothing changes. */
export interface ColorChange {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  /** 1 is a full turn of the colour circle. */
  readonly hueTurns: number
}

/** Rec. 601's weights of red, green and blue in grey, as torchvision and Pillow have them. */
const grey = [0.299, 0.587, 0.114] as const

/**
 * The 3×4 matrix, row-major, of hue · saturation · contrast · brightness on RGB in [0, 1]:
 * brightness b: b·c; contrast k: k·c + (1 − k)/2, about middle grey, since the image's own mean would make it depend on its
 * pixels; saturation s: s·c + (1 − s)·grey(c); hue: a rotation about the grey axis (Rodrigues), so that greys stay as they are.
 */
export function colorMatrix({ brightness, contrast, saturation, hueTurns }: ColorChange): number[] {
  const gain = brightness * contrast
  const offset = (1 - contrast) / 2
  const saturate = grey.map((_, i) => grey.map((g, j) => (1 - saturation) * g + (i === j ? saturation : 0)))
  const linear = multiply(rotation(2 * Math.PI * hueTurns), saturate)
  return linear.flatMap((row) => [...row.map((v) => v * gain), row.reduce((sum, v) => sum + v, 0) * offset])
}

/** About (1, 1, 1)/√3. */
function rotation(angleRad: number): number[][] {
  const cos = Math.cos(angleRad)
  const third = (1 - cos) / 3
  const sin = Math.sin(angleRad) / Math.sqrt(3)
  return [
    [cos + third, third - sin, third + sin],
    [third + sin, cos + third, third - sin],
    [third - sin, third + sin, cos + third],
  ]
}

function multiply(a: readonly number[][], b: readonly number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)))
}
