/** A probability in percent, which is 0 or 100 % only where nothing else is possible: rounding alone makes nothing certain. */
export function percentText(probability: number): string {
  const shown = probability * 100
  return `${shown > 0 && shown < 1 ? 'below 1' : shown < 100 && shown > 99 ? 'above 99' : shown.toFixed(0)} %`
}
