import type { Geometry } from '../images/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { BatchPolicy } from './batches.ts'

/** The feature map seen as cells of the photo, numbered row by row. */
export interface CellGrid {
  readonly rows: number
  readonly columns: number
}

/** One network at work: pixels in, embeddings out. The layer below an embedder, for who covers cells or swaps sides. */
export interface Network extends BatchPolicy {
  readonly geometry: Geometry
  /** Length of an embedding. */
  readonly size: number
  /** Of a network that can say what each part of a photo adds to its embedding. */
  readonly cellGrid?: CellGrid | undefined
  /** Pixels [B, heightPx, widthPx, 3] as `geometry` prepares them, any number → L2-normalised embeddings, row-major [B, size]. */
  embed(pixels: Tensor<'uint8'>): Promise<Float32Array>
  /**
   * Where there is a `cellGrid`: pixels [B, heightPx, widthPx, 3] → what each cell adds to the embedding, row-major [B, rows·columns,
   * size]. Σ over cells is the embedding of the photo as it is, without its mirror image, before normalisation.
   */
  cells?(pixels: Tensor<'uint8'>): Promise<Float32Array>
  release(): Promise<void>
}
