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
  const place = Math.max(0, Math.min(1, share)) * (cividis.length - 1)
  const i = Math.min(cividis.length - 2, Math.floor(place))
  const mix = (c: 0 | 1 | 2) => Math.round(cividis[i]![c] + (place - i) * (cividis[i + 1]![c] - cividis[i]![c]))
  return [mix(0), mix(1), mix(2)]
}
