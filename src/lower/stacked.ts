import { invariant } from '../base/index.ts'
import {
  abs,
  add,
  and,
  cast,
  div,
  equal,
  erf,
  exp,
  flip,
  floor,
  gelu,
  less,
  log,
  matmul,
  max,
  min,
  mul,
  neg,
  pow,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sigmoid,
  sign,
  slice,
  sqrt,
  sub,
  tanh,
  transpose,
  type Value,
  where,
} from '../graph/index.ts'

/** Numbers that lie together in memory, 64 MB of them: WebGPU binds 128 MB at once where nobody asks for more. */
export const mostStacked = 2 ** 24

/** An operand of many ops that differ in nothing else: theirs one behind the other, [count, …shape], or one that they share. */
export interface StackedOperand {
  readonly value: Value
  readonly isStack: boolean
}

const unary = { neg, abs, exp, log, sqrt, erf, sigmoid, tanh, sign, floor, gelu } as const
const binary = { add, sub, mul, div, pow, max, min, less, equal, and } as const
const reductions = { reduceSum, reduceMean, reduceMax } as const

/** Whether many of such an op can be one on stacks of their operands. */
export function canStack({ op }: Value): boolean {
  return op in unary || op in binary || op in reductions || others.has(op)
}

const others: ReadonlySet<Value['op']> = new Set(['cast', 'where', 'transpose', 'flip', 'matmul'])

/** The results of `count` ops like `one`, one behind the other: [count, …its shape]. One operand at least is a stack. */
export function stackedOp(one: Value, operands: readonly StackedOperand[], count: number): Value {
  const rank = Math.max(...one.inputs.map(({ shape }) => shape.length))
  const [a, b, c] = operands.map((operand, i) => aligned(operand, one.inputs[i]!, rank, count)) as [Value, Value, Value]
  if (one.op in unary) return unary[one.op as keyof typeof unary](a)
  if (one.op in binary) return binary[one.op as keyof typeof binary](a, b)
  switch (one.op) {
    case 'reduceSum':
    case 'reduceMean':
    case 'reduceMax':
      return reductions[one.op](a, { ...one.attrs, axes: one.attrs.axes.map((axis) => axis + 1) })
    case 'cast':
      return cast(a, one.attrs.to)
    case 'where':
      return where(a, b, c)
    case 'transpose':
      return transpose(a, [0, ...one.attrs.perm.map((axis) => axis + 1)])
    case 'flip':
      return flip(
        a,
        one.attrs.axes.map((axis) => axis + 1),
      )
    case 'matmul':
      return matmul(a, b, one.attrs)
    default:
      invariant(false, `stackedOp: ${one.op}`)
  }
}

/** Some of the rows of a stack. */
export function rowsFrom(stack: Value, first: number, count: number): Value {
  return count === stack.shape[0] ? stack : slice(stack, 0, first, first + count)
}

/** A stack with as many axes behind its first as the op's longest operand has, so that it broadcasts as each of its rows does. */
function aligned({ value, isStack }: StackedOperand, { shape }: Value, rank: number, count: number): Value {
  if (!isStack) return value
  const ones = Array.from({ length: rank - shape.length }, () => 1)
  return ones.length === 0 ? value : reshape(value, [count, ...ones, ...shape])
}
