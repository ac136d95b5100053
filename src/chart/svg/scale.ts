/** A map from data to pixels, with the ticks of an axis. */
export interface Scale {
  /** Where a value lies, in px. */
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
  /** A tick as its axis writes it. */
  readonly format: (value: number) => string
}

/** How a scale's ticks are chosen; six or so, and the domain widened to them, unless told otherwise. */
export interface ScaleOptions {
  /** About how many ticks. */
  readonly ticks?: number
  /** Widen the domain to whole ticks. */
  readonly nice?: boolean
}

const scaleDefaults = { ticks: 6, nice: true } as const satisfies ScaleOptions

/** value ↦ from + (value − low) / (high − low) · (to − from), with ticks at 1, 2 or 5 times a power of ten. */
export function linear(
  domain: readonly [number, number],
  [from, to]: readonly [number, number],
  options: ScaleOptions = {},
): Scale {
  const { ticks: wanted, nice } = { ...scaleDefaults, ...options }
  const [given, span] = [domain[0], domain[1] - domain[0] || 1]
  const step = niceStep(span / wanted)
  const low = nice ? Math.floor(given / step + 1e-9) * step : given
  const high = nice ? Math.ceil((given + span) / step - 1e-9) * step : given + span
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return {
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: count }, (_, i) => Number(((first + i) * step).toFixed(places + 1))),
    format: (value) => formatTick(value, places),
  }
}

/** The smallest of 1, 2, 5 · 10ⁿ that is no smaller. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * (1 - 1e-9))!
  return factor * power
}

function formatTick(value: number, places: number): string {
  if (value !== 0 && (places > 4 || Math.abs(value) >= 1e6))
    return value.toExponential(0).replace('e-', 'e−').replace('e+', 'e')
  return value
    .toFixed(places)
    .replace(/^-/, '−')
    .replace(/\B(?=(\d{3})+(?!\d))/g, places === 0 ? ' ' : '')
}
