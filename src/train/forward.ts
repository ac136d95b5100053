import type { Graph, Value } from '../graph/index.ts'
import { type HalfOptions, halveProducts } from '../lower/index.ts'
import type { Scope } from '../nn/index.ts'

/** A network's forward pass, before it is differentiated. */
export interface Forward {
  /** A scalar. */
  readonly loss: Value
  /** What each statistic becomes, by its name. */
  readonly statistics: ReadonlyMap<string, Value>
  /** For each chunk of the batch, where a layer ends and the next begins. */
  readonly marks: readonly (readonly Value[])[]
}

/** The forward pass that was built in a scope. */
export function forwardOf(scope: Scope, loss: Value): Forward {
  const statistics = new Map(scope.statistics().map(({ spec, next }) => [spec.name, next!]))
  return { loss, statistics, marks: scope.marks() }
}

/** The same in mixed precision, rewritten as one graph. */
export function inHalf({ loss, statistics, marks }: Forward, options: HalfOptions): Forward {
  const statistic = (name: string) => `statistic/${name}`
  const mark = (chunk: number, layer: number) => `mark/${chunk}/${layer}`
  const graph: Graph = {
    outputs: {
      loss,
      ...Object.fromEntries([...statistics].map(([name, value]) => [statistic(name), value])),
      ...Object.fromEntries(marks.flatMap((ends, i) => ends.map((value, j) => [mark(i, j), value] as const))),
    },
  }
  const { outputs } = halveProducts(graph, options)
  return {
    loss: outputs.loss!,
    statistics: new Map([...statistics.keys()].map((name) => [name, outputs[statistic(name)]!])),
    marks: marks.map((ends, i) => ends.map((_, j) => outputs[mark(i, j)]!)),
  }
}
