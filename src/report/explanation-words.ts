import { count } from '../chart/index.ts'
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
  const hottest = cells === 1 ? 'hottest cell' : `${cells} hottest cells`
  return [
    `Cosine similarity ${similarity.toFixed(4)}. ${method === 'cells' ? byCells(similarity, explained) : byOcclusion}`,
    `Covering the query's ${hottest} lowers it by ${threePlaces(lost)}${below}; ` +
      `covering ${count(cells, 'random cell')}, by ${threePlaces(lostAtRandom)} ± ${threePlaces(deviation)}.`,
  ]
}

const byOcclusion = 'The heat of a cell is what covering it costs.'

/** Heat is of the photos as they are, whose similarity may be more or less than that of photos averaged with their mirror images. */
function byCells(similarity: number, explained: number): string {
  const whole = threePlaces(explained)
  return whole === threePlaces(similarity)
    ? 'The heat adds up to it.'
    : `The heat adds up to ${whole}, the similarity without mirror images.`
}

/** Without −0.000. */
function threePlaces(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace('-', '−')
}
