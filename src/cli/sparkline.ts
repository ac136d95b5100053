const heights = '▁▂▃▄▅▆▇█'

/** Values as a line of `width` blocks, each the mean of its share of them, the lowest ▁ and the highest █; all ▄ where they are equal. */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.min(width, values.length)
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  const [low, high] = [Math.min(...means), Math.max(...means)]
  const block = (mean: number) => (high > low ? Math.round(((mean - low) / (high - low)) * (heights.length - 1)) : 3)
  return means.map((mean) => heights[block(mean)]).join('')
}
