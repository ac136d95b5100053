import type { Graph } from '../graph/index.ts'
import type { Tensor } from '../tensor/index.ts'

/** Tensors by the names of a graph's inputs or outputs. */
export type Tensors = Readonly<Record<string, Tensor>>

/** What is known before the first run, and whether runs leave the calling thread free. */
export interface CompileOptions {
  /**
   * Inputs with one value for every run: they become part of the program, which may compute with them in advance, and are not
   * fed. Names that the graph has no input for are passed over.
   */
  readonly parameters?: ReadonlyMap<string, Tensor>
  /**
   * Threads of their own for the program, with a copy of it each where its weights let them: runs leave this thread alive, and
   * `Program.lanes` of them can be under way at once. A backend that has no threads runs here.
   */
  readonly lanes?: boolean
}

/** A graph made ready to run. */
export interface Program {
  /** Runs under way at once; more of them wait. */
  readonly lanes: number
  /**
   * Computes every output from `feeds`, one tensor an input. Where `into` holds a tensor of an output's name, dtype and
   * shape, the result is written into its memory and that tensor is returned: training swaps two sets of state this way.
   * @throws InputError naming a feed that is missing, or a feed or memory that is of another dtype or shape.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>
  /** Gives the memory back. The program must not be run again. */
  release(): Promise<void>
}

/** Something that runs graphs. Every implementation passes the contract suite in `test/backend-contract.test.ts`. */
export interface Backend {
  readonly name: string
  /** Makes a graph ready to run, once for many runs. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
}
