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

/**
 * A graph that carries a state over from run to run (`Graph.carried`), ready to run step after step. The state stays where the program
 * computes: in memory, or on a device.
 */
export interface StatefulProgram {
  /**
   * One run, from `feeds` and the state. What the graph carries over becomes the state; the other outputs are returned.
   * A step that throws leaves the state as it was. @throws InputError naming a feed that is missing or does not fit.
   */
  step(feeds: Tensors): Promise<Record<string, Tensor>>
  /**
   * A step for each of `feeds`, one after the other; what each returned. After one that halts (`Graph.haltsAt`) the rest is not run: there are
   * fewer results than feeds then.
   */
  steps(feeds: readonly Tensors[]): Promise<Record<string, Tensor>[]>
  /** Steps that are best run together: more than one where the state travels to a device and back around them. */
  readonly together: number
  /** Tensors of the state, in memory. They hold until the next step, and are not to be changed. @throws InputError for another name. */
  read(names: readonly string[]): Promise<Record<string, Tensor>>
  /** Replaces tensors of the state, and takes their memory over. @throws InputError naming one that the state has not, or of another dtype or shape. */
  write(tensors: Tensors): Promise<void>
  /** The whole state, as `read` gives it: with it a program of any other backend goes on from here. */
  checkpoint(): Promise<Record<string, Tensor>>
  /** What it holds for the state and its next values: the same after each step. */
  held(): { readonly tensors: number; readonly bytes: number }
  /** Gives the memory back. The program must not be used again. */
  release(): Promise<void>
}

/** Something that runs graphs. Every implementation passes the contract suite in `test/backend-contract.test.ts`. */
export interface Backend {
  readonly name: string
  /** Fewer and larger nodes are faster than many small ones, even at the price of copies: on graphics processors each node costs time to start. */
  readonly prefersFew: boolean
  /** Makes a graph ready to run, once for many runs. */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
  /**
   * Makes a graph that carries a state ready to run from `state` on, which holds every tensor that it carries over. What else `state`
   * holds the graph may read, and never changes. The program takes the tensors' memory over: steps write into it.
   * @throws InputError naming a tensor that is missing, or of another dtype or shape.
   */
  start(graph: Graph, state: Tensors): Promise<StatefulProgram>
}
