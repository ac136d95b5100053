import type { Tensor } from '../src/tensor/index.ts'

/** ‖a − b‖ / ‖b‖ over all tensors of these names. */
export function relativeDistance(
  a: ReadonlyMap<string, Tensor>,
  b: ReadonlyMap<string, Tensor>,
  names: readonly string[],
): number {
  let [difference, norm] = [0, 0]
  for (const name of names) {
    const [ours, theirs] = [a.get(name)!.data, b.get(name)!.data]
    for (let i = 0; i < theirs.length; i++) {
      difference += (Number(ours[i]) - Number(theirs[i])) ** 2
      norm += Number(theirs[i]) ** 2
    }
  }
  return Math.sqrt(difference / norm)
}
