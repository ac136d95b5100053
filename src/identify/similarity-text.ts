/** More tell nothing that a float32 near 1 holds. */
const mostDecimals = 6

/**
 * A similarity for people: two decimals, and near 1 as many more as tell it from 1, cut off and not rounded: fused similarities of sure matches are nearly 1,
 * and "1.00" for each would tell none of them apart.
 */
export function similarityText(similarity: number): string {
  if (similarity < 0.995 || similarity >= 1) return similarity.toFixed(2)
  const decimals = Math.ceil(-Math.log10(1 - similarity) - 1e-9)
  if (decimals > mostDecimals) return `above ${1 - 10 ** -mostDecimals}`
  return (Math.floor(similarity * 10 ** decimals) / 10 ** decimals).toFixed(decimals)
}
