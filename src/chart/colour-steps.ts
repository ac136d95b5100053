type Rgb = readonly [red: number, green: number, blue: number]

/** The colour at a share from 0 to 1 of even steps, linear between them, in whole numbers. */
export function alongSteps(steps: readonly Rgb[], share: number): [number, number, number] {
  const place = Math.max(0, Math.min(1, share)) * (steps.length - 1)
  const i = Math.min(steps.length - 2, Math.floor(place))
  const mix = (c: 0 | 1 | 2) => Math.round(steps[i]![c] + (place - i) * (steps[i + 1]![c] - steps[i]![c]))
  return [mix(0), mix(1), mix(2)]
}
