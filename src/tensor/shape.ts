import { check } from '../base/index.ts'

/** A static shape, outermost first; [] is a scalar. */
export type Shape = readonly number[]

/** How many elements a shape has: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1)
}

/** How many elements lie between neighbours along each axis, row-major: the last axis has 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]!
  }
  return strides
}

/** True where both have the same sizes in the same order. */
export function sameShape(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i])
}

/** An axis counted from the end where negative, as its index. @throws InputError naming `where`. */
export function normaliseAxis(where: string, axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis
  check(Number.isInteger(index) && index >= 0 && index < rank, `${where}: axis ${axis} of a tensor of rank ${rank}`)
  return index
}

/** True for a whole number ≥ 0: what a file may call a size or an offset. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
