import { add, mul, type Value } from '../graph/index.ts'

/** d·average + (1 − d)·parameter (Polyak and Juditsky, 1992; as used by Tarvainen and Valpola, arXiv:1703.01780). */
export function movingAverage(average: Value, parameter: Value, decay: number): Value {
  return add(mul(average, decay), mul(parameter, 1 - decay))
}
