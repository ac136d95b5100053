import type { Graph } from '../graph/index.ts'
import type { Tensor } from '../tensor/index.ts'

export type Tensors = Readonly<Record<string, Tensor>>

/** A graph made ready to run. */
export interface Program {
  /**
   * Computes every output from `feeds`, one tensor an input. Where `into` holds a tensor of an output's name, dtype and
   * shape, the result is written into its memory and that tensor is returned: training swaps two sets of state this way.
   * @throws InputError naming a feed that is missing or of another dtype or shape.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>
  /** Gives the memory back. The program must not be run again. */
  release(): Promise<void>
}

/** Something that runs graphs. Every implementation passes the contract suite in `test/backend-contract.test.ts`. */
export interface Backend {
  readonly name: string
  /** Makes a graph ready to run, once for many runs. */
  compile(graph: Graph): Promise<Program>
}
