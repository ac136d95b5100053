import { check } from '../base/index.ts'
import type { Tensor } from './tensor.ts'

/**
 * That some of the numbers are finite; none need be there. A network that overflows gives NaN throughout, and comparing with NaN finds nothing in silence.
 * @throws InputError beginning with `where`.
 */
export function checkFinite({ data }: Tensor, where: string): void {
  if (data.length === 0 || data instanceof BigInt64Array) return
  check(
    (data as ArrayLike<number> & { some(is: (value: number) => boolean): boolean }).some(Number.isFinite),
    `${where}: expected numbers, got ${data[0]} throughout`,
    'does the input of the description (its range, mean and std, the order of its colours) fit the network? A network in half precision may overflow',
  )
}
