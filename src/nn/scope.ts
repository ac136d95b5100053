import { invariant } from '../base/index.ts'
import { input, slice, type Value } from '../graph/index.ts'
import { type Shape, sameShape } from '../tensor/index.ts'

/** How a parameter or statistic starts. */
export type Init =
  | { readonly kind: 'constant'; readonly value: number }
  /** Normal(0, std) cut at ±2 (absolute, as timm's trunc_normal_). */
  | { readonly kind: 'truncatedNormal'; readonly standardDeviation: number }
  /** Uniform(±√(6 / (fan in + fan out))) (Glorot and Bengio, 2010). */
  | { readonly kind: 'xavierUniform' }

/** All zeros: a bias. */
export const zeroInit: Init = { kind: 'constant', value: 0 }
/** All ones: the scale of a norm. */
export const oneInit: Init = { kind: 'constant', value: 1 }

/** A tensor that training changes: its name, shape and first values. */
export interface ParamSpec {
  readonly name: string
  readonly shape: Shape
  readonly init: Init
  /** Whether weight decay applies: to matrices and kernels, not to norms, biases, layer scale and GeM's p. */
  readonly decay: boolean
}

/** Something that training observes and inference reads, such as a running mean. */
export interface StatisticSpec {
  readonly name: string
  readonly shape: Shape
  readonly init: Init
}

/** Random numbers that a training graph asks for at each step; the row (first axis) is the photo's place in the batch. */
export interface RandomSpec {
  readonly name: string
  readonly shape: Shape
  /** 1 / keep with probability keep, else 0. */
  readonly keep: number
}

/** Whether batch norm, dropout and stochastic depth act as in training, or are fixed. */
export type Mode = 'training' | 'inference'

interface Ledger {
  readonly params: Map<string, { spec: ParamSpec; value: Value }>
  readonly statistics: Map<string, { spec: StatisticSpec; value: Value; next: Value | undefined }>
  readonly randoms: Map<string, { spec: RandomSpec; value: Value }>
  readonly memo: Map<string, Value>
  /** By the row that a chunk begins with. */
  readonly marks: Map<number, Value[]>
}

/** The rows of the batch that a part of the graph works on. */
interface Rows {
  readonly begin: number
  readonly end: number
  readonly total: number
}

/**
 * Where layers find their parameters while a graph is built, and where they leave word of them: names are dotted paths as in
 * timm. Asking twice for one name gives the same value, so a network can be applied chunk by chunk.
 */
export class Scope {
  readonly mode: Mode
  readonly path: string
  readonly #ledger: Ledger
  readonly #rows: Rows | undefined

  private constructor(mode: Mode, path: string, ledger: Ledger, rows: Rows | undefined) {
    this.mode = mode
    this.path = path
    this.#ledger = ledger
    this.#rows = rows
  }

  /** An empty scope for one graph. */
  static root(mode: Mode): Scope {
    return new Scope(
      mode,
      '',
      { params: new Map(), statistics: new Map(), randoms: new Map(), memo: new Map(), marks: new Map() },
      undefined,
    )
  }

  child(name: string | number): Scope {
    return new Scope(this.mode, this.#join(String(name)), this.#ledger, this.#rows)
  }

  /** The same scope working on rows begin … end − 1 of a batch of `total`. */
  onRows(begin: number, end: number, total: number): Scope {
    return new Scope(this.mode, this.path, this.#ledger, { begin, end, total })
  }

  param(name: string, shape: Shape, init: Init, decay = shape.length >= 2): Value {
    const full = this.#join(name)
    const known = this.#ledger.params.get(full)
    if (known !== undefined) {
      invariant(sameShape(known.spec.shape, shape), `parameter ${full} asked for in two shapes`)
      return known.value
    }
    const value = input(full, shape)
    this.#ledger.params.set(full, { spec: { name: full, shape, init, decay }, value })
    return value
  }

  statistic(name: string, shape: Shape, init: Init): Value {
    const full = this.#join(name)
    const known = this.#ledger.statistics.get(full)
    if (known !== undefined) return known.value
    const value = input(full, shape)
    this.#ledger.statistics.set(full, { spec: { name: full, shape, init }, value, next: undefined })
    return value
  }

  /** What a statistic becomes after this step. */
  updateStatistic(name: string, next: Value): void {
    const entry = this.#ledger.statistics.get(this.#join(name))
    invariant(
      entry !== undefined && entry.next === undefined,
      `statistic ${this.#join(name)} is updated once, after it is read`,
    )
    entry.next = next
  }

  /** Keep masks [rows, …rest], scaled by 1 / keep. */
  random(name: string, rows: number, rest: Shape, keep: number): Value {
    const full = this.#join(name)
    const { begin, end, total } = this.#rows ?? { begin: 0, end: rows, total: rows }
    let entry = this.#ledger.randoms.get(full)
    if (entry === undefined) {
      const shape = [total, ...rest]
      entry = { spec: { name: full, shape, keep }, value: input(full, shape) }
      this.#ledger.randoms.set(full, entry)
    }
    return slice(entry.value, 0, begin, end)
  }

  /** A value built once for this path, whatever chunk asks: weights derived from parameters. */
  once(key: string, build: () => Value): Value {
    const full = this.#join(key)
    const value = this.#ledger.memo.get(full) ?? build()
    this.#ledger.memo.set(full, value)
    return value
  }

  /** Where a layer ends and the next begins: the values that recomputation keeps. */
  mark(value: Value): void {
    const begin = this.#rows?.begin ?? 0
    this.#ledger.marks.set(begin, [...(this.#ledger.marks.get(begin) ?? []), value])
  }

  /** For each chunk what was marked, in order. */
  marks(): readonly (readonly Value[])[] {
    return [...this.#ledger.marks.values()]
  }

  params(): readonly { spec: ParamSpec; value: Value }[] {
    return [...this.#ledger.params.values()]
  }

  statistics(): readonly { spec: StatisticSpec; value: Value; next: Value | undefined }[] {
    return [...this.#ledger.statistics.values()]
  }

  randoms(): readonly RandomSpec[] {
    return [...this.#ledger.randoms.values()].map(({ spec }) => spec)
  }

  #join(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }
}
