/** The solution x of A x = b, A symmetric and positive definite [n, n], row-major: Cholesky's decomposition. */
export function solvePositive(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / l[j * n + j]!
    }
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  return x
}

/** What Newton's method needs of a concave function at a place: its value, gradient [n], and minus its Hessian [n, n]. */
export interface Local {
  readonly value: number
  readonly gradient: Float64Array
  readonly curvature: Float64Array
}

const mostSteps = 100
const smallestGain = 1e-12

/** The place [n] where a concave function is largest: Newton's steps, each halved until the value rises. */
export function maximise(at: (place: Float64Array) => Local, start: Float64Array): Float64Array {
  let place = start
  let here = at(place)
  for (let step = 0; step < mostSteps; step++) {
    const direction = solvePositive(here.curvature, here.gradient)
    let length = 1
    let next = moved(place, direction, length)
    let there = at(next)
    while (!(there.value >= here.value) && length > 1e-10) {
      length /= 2
      next = moved(place, direction, length)
      there = at(next)
    }
    const gain = there.value - here.value
    if (!(gain >= 0)) break
    place = next
    here = there
    if (gain <= smallestGain * Math.max(1, Math.abs(here.value))) break
  }
  return place
}

function moved(place: Float64Array, direction: Float64Array, length: number): Float64Array {
  return place.map((value, i) => value + length * direction[i]!)
}
