import { invariant } from '../base/index.ts'

/** A static shape, outermost first; [] is a scalar. */
export type Shape = readonly number[]

/** Π shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1)
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]!
  }
  return strides
}

/** True for equal shapes. */
export function sameShape(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i])
}

/** An axis counted from the end where negative, as its index. */
export function normaliseAxis(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis
  invariant(index >= 0 && index < rank, `axis ${axis} of a tensor of rank ${rank}`)
  return index
}
