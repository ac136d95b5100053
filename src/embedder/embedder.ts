import type { Geometry } from '../images/index.ts'
import type { CheckpointName } from '../run/index.ts'
import type { Tensor } from '../tensor/index.ts'
import type { ModelDescription } from './description.ts'

/** none: a photo as it is; flip: the embeddings of photo and mirror image averaged. */
export type Tta = 'none' | 'flip'

/** fp32, or int8: matrix products in whole numbers (`quantise` of the runtime), faster where the processor has VNNI. */
export type Precision = 'fp32' | 'int8'

export interface OpenModelOptions {
  /** The description of an ONNX file, where it does not lie beside it. */
  readonly modelConfig?: string | undefined
  /** Of a run folder: `best` where it exists, else `last`. */
  readonly checkpoint?: CheckpointName | undefined
  /** As the description says unless given: flip for our models, none for others that do not ask for it. */
  readonly tta?: Tta | undefined
  /** Of a run folder: fp32 unless given. An ONNX file has its own. */
  readonly precision?: Precision | undefined
  /** Processor threads; all cores unless given. */
  readonly threads?: number | undefined
  /** Photos that pass the network together. */
  readonly batch?: number | undefined
}

/** Where several threads share a run; a thread by itself takes one photo after the other. */
export const openModelDefaults = { batch: 8 } as const satisfies OpenModelOptions

/** The feature map seen as cells of the photo, numbered row by row. */
export interface CellGrid {
  readonly rows: number
  readonly columns: number
}

/** A model ready to embed. */
export interface Embedder {
  readonly name: string
  /** For people: the file or the checkpoint. */
  readonly source: string
  /** The run folder it comes from, if any. */
  readonly run: string | undefined
  readonly description: ModelDescription
  readonly geometry: Geometry
  /** Length of an embedding. */
  readonly size: number
  readonly tta: Tta
  /** SHA-256 of what decides an embedding: weights, description, averaging, precision. Read when it is asked for. */
  fingerprint(): Promise<string>
  /** Photos that pass the network together; `batch` takes any number. */
  readonly batchSize: number
  /** So many times `batchSize` photos are under way at once, of one `batch` or of several. */
  readonly lanes: number
  /** Of a model that can say what each part of a photo adds to its embedding. */
  readonly cellGrid?: CellGrid | undefined
  /**
   * Pixels [B, heightPx, widthPx, 3] as `geometry` prepares them → L2-normalised embeddings, row-major [B, size]. An embedding
   * that is zero stays so, and one that is not finite too: `embedPhotos` refuses it by the photo's name.
   */
  batch(pixels: Tensor<'uint8'>): Promise<Float32Array>
  /**
   * Where there is a `cellGrid`: pixels [B, heightPx, widthPx, 3] → what each cell adds to the embedding, row-major [B, rows·columns,
   * size]. Σ over cells is the embedding of the photo as it is, without its mirror image, before normalisation.
   */
  cells?(pixels: Tensor<'uint8'>): Promise<Float32Array>
  /** Gives memory and thread back. */
  release(): Promise<void>
}

/**
 * Photos that pass a network of ours together: 8 images where several threads share a run, which have more to do between their
 * meetings, and whose activations still fit the cache; with flip averaging each photo is two images. A thread by itself gains nothing
 * by more than one (docs/engine.md). One in int8 too, whose rounding then depends on no other photo.
 */
export function photosTogether(tta: Tta, precision: Precision, threads: number): number {
  if (threads === 1 || precision === 'int8') return 1
  return tta === 'flip' ? openModelDefaults.batch / 2 : openModelDefaults.batch
}
