const searchSteps = 100
const tolerance = 1e-5

/**
 * Conditional probabilities p(j|i) = exp(−β·dⱼ²) / Σ with β such that their entropy is ln(perplexity) (van der Maaten and Hinton,
 * 2008, section 2), in place of squared distances: entries begin … end − 1 of `values`, that of the point itself left out.
 * The nearest distance is taken off first, so that nothing underflows. Returns β.
 */
export function toConditionals(
  values: Float32Array | Float64Array,
  begin: number,
  end: number,
  self: number,
  perplexity: number,
): number {
  const target = Math.log(perplexity)
  let nearest = Number.POSITIVE_INFINITY
  let farthest = 0
  for (let j = begin; j < end; j++) {
    if (j === self) continue
    nearest = Math.min(nearest, values[j]!)
    farthest = Math.max(farthest, values[j]!)
  }
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let beta = farthest > nearest ? 1 / (farthest - nearest) : 1 // of the distances' own size
  for (let step = 0; step < searchSteps; step++) {
    const entropy = entropyAt(values, begin, end, self, nearest, beta)
    if (Math.abs(entropy - target) <= tolerance) break
    if (entropy > target) low = beta
    else high = beta
    beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2
  }
  let sum = 0
  for (let j = begin; j < end; j++) {
    values[j] = j === self ? 0 : Math.exp(-beta * (values[j]! - nearest))
    sum += values[j]!
  }
  for (let j = begin; j < end; j++) values[j]! /= sum
  return beta
}

/** H = ln Σ e^(−βd) + β·Σ d·e^(−βd) / Σ e^(−βd), with d = d² less the nearest. */
function entropyAt(
  values: Float32Array | Float64Array,
  begin: number,
  end: number,
  self: number,
  nearest: number,
  beta: number,
): number {
  let sum = 0
  let weighted = 0
  for (let j = begin; j < end; j++) {
    if (j === self) continue
    const distance = values[j]! - nearest
    const p = Math.exp(-beta * distance)
    sum += p
    weighted += distance * p
  }
  return Math.log(sum) + (beta * weighted) / sum
}
