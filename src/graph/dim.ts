import { check, invariant } from '../base/index.ts'

/**
 * A size known when the graph is built, or one that is not: `'N'`, or a multiple such as `'2*N'`. Training graphs are
 * static; exported graphs have one symbol, the batch `'N'`.
 */
export type Dim = number | string

/** A shape that may hold a symbolic size; [] is a scalar. */
export type GraphShape = readonly Dim[]

interface Product {
  readonly coefficient: number
  readonly symbol: string | undefined
}

/** `coefficient · symbol` of one dim. */
export function splitDim(dim: Dim): Product {
  if (typeof dim === 'number') return { coefficient: dim, symbol: undefined }
  const star = dim.indexOf('*')
  if (star < 0) return { coefficient: 1, symbol: dim }
  return { coefficient: Number(dim.slice(0, star)), symbol: dim.slice(star + 1) }
}

function joinDim({ coefficient, symbol }: Product): Dim {
  if (symbol === undefined) return coefficient
  return coefficient === 1 ? symbol : `${coefficient}*${symbol}`
}

/** Π dims, of which at most one may be symbolic. */
export function dimProduct(dims: GraphShape): Dim {
  let coefficient = 1
  let symbol: string | undefined
  for (const dim of dims) {
    const part = splitDim(dim)
    coefficient *= part.coefficient
    invariant(symbol === undefined || part.symbol === undefined, `product of two symbolic sizes in ${showShape(dims)}`)
    symbol ??= part.symbol
  }
  return joinDim({ coefficient, symbol })
}

/** The dim that `parts` must be multiplied by to give Π `whole`. */
export function dimQuotient(whole: GraphShape, parts: GraphShape): Dim {
  const total = splitDim(dimProduct(whole))
  const known = splitDim(dimProduct(parts))
  const coefficient = total.coefficient / known.coefficient
  const divides = Number.isInteger(coefficient) && (known.symbol === undefined || known.symbol === total.symbol)
  check(divides, `reshape: ${showShape(whole)} is no multiple of ${showShape(parts)}`)
  return joinDim({ coefficient, symbol: known.symbol === undefined ? total.symbol : undefined })
}

/** Σ dims of one kind: all numbers, or multiples of one symbol. */
export function dimSum(dims: GraphShape): Dim {
  const parts = dims.map(splitDim)
  const symbol = parts[0]!.symbol
  check(
    parts.every((part) => part.symbol === symbol),
    `concat: sizes ${showShape(dims)} cannot be added`,
  )
  return joinDim({ coefficient: parts.reduce((sum, part) => sum + part.coefficient, 0), symbol })
}

/** A size as a number. @throws where it is symbolic or missing. */
export function staticDim(dim: Dim | undefined): number {
  invariant(typeof dim === 'number', `a static size was expected, got ${String(dim)}`)
  return dim
}

/** Every size of a shape as a number. @throws where one is symbolic. */
export function staticShape(shape: GraphShape): number[] {
  return shape.map(staticDim)
}

/** A shape for people: `[8, 224, 224, 3]`, symbolic sizes by their names. */
export function showShape(shape: GraphShape): string {
  return `[${shape.join(', ')}]`
}
