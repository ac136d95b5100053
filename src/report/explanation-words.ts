import type { Explanation } from './data.ts'

/** Whether covering the query's hottest cells costs more than covering as many at random: mean and one standard deviation. */
export function isReadable({ deletion: { lost, lostAtRandom, deviation } }: Explanation): boolean {
  return lost > lostAtRandom + deviation
}

/** Why the heat must not be read; empty where it may. */
export function explanationWarning(explanation: Explanation): string {
  return isReadable(explanation) ? '' : 'No more than chance: do not read this heat.'
}

/** What an explanation's numbers say. */
export function explanationWords({ similarity, explained, method, deletion }: Explanation): string[] {
  const { cells, lost, lostAtRandom, deviation } = deletion
  const below = lost > similarity ? `, to ${threePlaces(similarity - lost)}` : ''
  return [
    `cosine similarity ${similarity.toFixed(4)}; ${method === 'cells' ? byCells(similarity, explained) : 'told by covering cells'}`,
    `without the query's ${cells} hottest cells it falls by ${threePlaces(lost)}${below}, ` +
      `without as many at random by ${threePlaces(lostAtRandom)} ± ${threePlaces(deviation)}`,
  ]
}

/** Heat is of the photos as they are, whose similarity may be more than that of photos averaged with their mirror images. */
function byCells(similarity: number, explained: number): string {
  return explained <= similarity
    ? `${threePlaces(explained)} of it told by the feature map, without mirror images`
    : `the feature map tells ${threePlaces(explained)}, that of the photos without their mirror images`
}

/** Without −0.000. */
function threePlaces(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace('-', '−')
}
