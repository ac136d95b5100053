import { alongSteps } from './colour-steps.ts'

/** Cividis (Nuñez et al., arXiv:1712.01662) at even steps: its lightness rises evenly for every kind of sight. */
const cividis = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
] as const

/** Red, green, blue of a share from 0 to 1, linear between cividis' steps. */
export function cividisAt(share: number): [number, number, number] {
  return alongSteps(cividis, share)
}
