import type { CellGraph } from '../models/index.ts'
import type { Backend, Program } from '../runtime/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { Network } from './network.ts'
import { inPieces } from './rows.ts'

/** A network's part that tells what cells add, and how it is given back. */
export interface RunCells {
  readonly network: Required<Pick<Network, 'cells' | 'cellGrid'>>
  release(): Promise<void>
}

/** A run's cells by a program of their own, compiled when they are first asked for: most runs never are. */
export function runCells(
  { graph, rows, columns }: CellGraph,
  backend: Backend,
  parameters: ReadonlyMap<string, Tensor>,
  { batch, size }: { readonly batch: number; readonly size: number },
): RunCells {
  let program: Promise<Program> | undefined
  const cells = async (pixels: Tensor<'uint8'>) => {
    program ??= backend.compile(graph, { parameters, lanes: true })
    const parts = await program
    const run = async (piece: Tensor<'uint8'>) => (await parts.run({ pixels: piece })).cells!.data as Float32Array
    return inPieces(pixels, rows * columns * size, { batchSize: batch, fixed: true, lanes: parts.lanes }, run)
  }
  return { network: { cellGrid: { rows, columns }, cells }, release: async () => (await program)?.release() }
}
