import { alongSteps } from './colour-steps.ts'

/** Plasma (Smith and van der Walt, matplotlib 1.5, CC0) at even steps: as even as cividis, of more hues. */
const plasma = [
  [13, 8, 135],
  [65, 4, 157],
  [106, 0, 168],
  [143, 13, 164],
  [177, 42, 144],
  [204, 71, 120],
  [225, 100, 98],
  [242, 132, 75],
  [252, 166, 54],
  [252, 206, 37],
  [240, 249, 33],
] as const

/** Red, green, blue of a share from 0 to 1, linear between plasma's steps. */
export function plasmaAt(share: number): [number, number, number] {
  return alongSteps(plasma, share)
}
