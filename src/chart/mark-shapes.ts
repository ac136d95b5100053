import { paletteSize } from './svg/theme.ts'

/** Corners of the marks' outlines about (0, 0), of about the same ink each; the first one has none and is a circle of radius 4. */
export const markCorners: readonly (readonly (readonly [x: number, y: number])[])[] = [
  [],
  [
    [-3.6, -3.6],
    [3.6, -3.6],
    [3.6, 3.6],
    [-3.6, 3.6],
  ],
  [
    [0, -4.8],
    [4.6, 3.6],
    [-4.6, 3.6],
  ],
  [
    [0, -5.2],
    [4.4, 0],
    [0, 5.2],
    [-4.4, 0],
  ],
  [
    [-1.7, -4.8],
    [1.7, -4.8],
    [1.7, -1.7],
    [4.8, -1.7],
    [4.8, 1.7],
    [1.7, 1.7],
    [1.7, 4.8],
    [-1.7, 4.8],
    [-1.7, 1.7],
    [-4.8, 1.7],
    [-4.8, -1.7],
    [-1.7, -1.7],
  ],
  [
    [0, 4.8],
    [4.6, -3.6],
    [-4.6, -3.6],
  ],
  [
    [-4.7, -2.7],
    [-2.7, -4.7],
    [0, -2],
    [2.7, -4.7],
    [4.7, -2.7],
    [2, 0],
    [4.7, 2.7],
    [2.7, 4.7],
    [0, 2],
    [-2.7, 4.7],
    [-4.7, 2.7],
    [-2, 0],
  ],
]

/** Colours times shapes: what is told apart by mark alone; the next ones begin anew. */
export const distinctMarks = paletteSize * markCorners.length

/** Positions in a theme's palette and in `markCorners` of mark i: colours change first, shapes when the colours are through. */
export function markOf(i: number): { readonly colour: number; readonly shape: number } {
  return { colour: i % paletteSize, shape: Math.floor(i / paletteSize) % markCorners.length }
}
