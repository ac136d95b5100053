import type { Explanation } from './data.ts'

/** What an explanation's numbers say, the verdict last where there is one. */
export function explanationWords({ similarity, explained, method, deletion }: Explanation): string[] {
  const by =
    method === 'cells'
      ? `${threePlaces(explained)} of it told by the feature map, without mirror images`
      : 'told by covering cells'
  const { cells, lost, lostAtRandom, deviation } = deletion
  return [
    `cosine similarity ${similarity.toFixed(4)}; ${by}`,
    `without the query's ${cells} hottest cells it falls by ${threePlaces(lost)}, ` +
      `without as many at random by ${threePlaces(lostAtRandom)} ± ${threePlaces(deviation)}`,
    ...(lost <= lostAtRandom + deviation ? ['No more than chance: do not read this heat.'] : []),
  ]
}

/** Without −0.000. */
function threePlaces(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace('-', '−')
}
