import { type Box, type Geometry, type ImageRGBA, prepareImage } from '../images/index.ts'
import type { RankFusion } from '../retrieval/index.ts'
import type { CheckpointName } from '../run/index.ts'
import type { Device } from '../runtime/index.ts'
import type { Network } from './network.ts'

/**
 * What is averaged into an embedding. none: a photo as it is; flip: photo and mirror image; multi-scale: both, in the network's own size
 * and a quarter larger.
 */
export const ttaModes = ['none', 'flip', 'multi-scale'] as const
/** One of `ttaModes`: none, flip or multi-scale. */
export type Tta = (typeof ttaModes)[number]
/** What an embedder averages. mixed: the members of an ensemble differ, as each does what it would do by itself. */
export const averagings = [...ttaModes, 'mixed'] as const
/** One of `averagings`: none, flip, multi-scale or mixed. */
export type Averaging = (typeof averagings)[number]

/** All precisions that a network embeds in. */
export const precisions = ['fp32', 'fp16', 'int8'] as const
/**
 * fp32; fp16: the backbone in float16 (`halve` of the runtime), for graphics processors; or int8: matrix products in whole numbers
 * (`quantise`), faster where the processor has VNNI.
 */
export type Precision = (typeof precisions)[number]

/** How a model is opened: which weights of a run, how precise, and how much of the machine. */
export interface OpenModelOptions {
  /** The description of an ONNX file, where it does not lie beside it. */
  readonly modelConfig?: string | undefined
  /** Of a run folder: `best` where it exists, else `last`. */
  readonly checkpoint?: CheckpointName | undefined
  /** As the description says unless given: flip for our models, none for others that do not ask for it. */
  readonly tta?: Tta | undefined
  /** Strips of text beside a photo: as the model was trained unless given, left out for other programs' models. */
  readonly captions?: Geometry['captions'] | undefined
  /** Of a run folder: fp32 unless given. An ONNX file has its own. */
  readonly precision?: Precision | undefined
  /** What runs it; the processor unless given. `chooseDevice` of the runtime says what this machine has. */
  readonly device?: Device | undefined
  /** Processor threads; all cores unless given. */
  readonly threads?: number | undefined
  /** Photos that pass the network together. */
  readonly batch?: number | undefined
  /** What the process of an ONNX file may take; half of the machine's memory unless given. */
  readonly memoryLimitBytes?: number | undefined
}

/** Where several threads share a run; a thread by itself takes one photo after the other. */
export const openModelDefaults = { batch: 8 } as const satisfies OpenModelOptions

/** A photo as an embedder sees it: pixels [heightPx, widthPx, 3], RGB, in each of its geometries. */
export type PreparedPhoto = readonly Uint8Array[]

/**
 * Photos in, embeddings out: one network (`embedderOf`), or several (`ensembleOf`). A photo goes in prepared, as whole ones would fill
 * the memory: `prepareFor` does it, and `embedPhotos` all of it, from the files on.
 */
export interface Embedder {
  readonly name: string
  /** For people: the file or the checkpoint. */
  readonly source: string
  /** The run folder it comes from, if any. */
  readonly run: string | undefined
  /** The geometries in which it sees each photo. */
  readonly geometries: readonly Geometry[]
  /** Length of an embedding. */
  readonly size: number
  readonly tta: Averaging
  /** SHA-256 of what decides an embedding: weights, description, averaging, precision. Read when it is asked for. */
  fingerprint(): Promise<string>
  /** Photos that pass together; `embed` takes any number. */
  readonly batchSize: number
  /** Batches that it works at side by side, of one `embed` or of several. */
  readonly lanes: number
  /**
   * L2-normalised embeddings, row-major [photos, size]. One that is zero stays so, and one that is not finite too: `embedPhotos`
   * refuses it by the photo's name.
   */
  embed(photos: readonly PreparedPhoto[]): Promise<Float32Array>
  /** What is to be known of its embeddings before they are used. */
  readonly warnings?: readonly string[] | undefined
  /** Of an ensemble that fuses the ranks of its members: how. Without it embeddings are compared by their cosine. */
  readonly fusion?: RankFusion | undefined
  /** Of an ensemble: those that it is made of. */
  readonly members?: readonly Embedder[] | undefined
  /** Where it is one network: for who covers cells or swaps sides. */
  readonly network?: Network | undefined
  /** Gives memory and threads back. */
  release(): Promise<void>
}

/** An upright photo, or what `box` cuts out of it, in each geometry of an embedder. */
export function prepareFor({ geometries }: Pick<Embedder, 'geometries'>, image: ImageRGBA, box?: Box): PreparedPhoto {
  return geometries.map((geometry) => prepareImage(image, geometry, box))
}

/**
 * Photos that pass a network of ours together: 8 images where several threads share a run, which have more to do between their
 * meetings, and whose activations still fit the cache; with flip averaging each photo is two images. A thread by itself gains nothing
 * by more than one (docs/engine.md). One in int8 too, whose rounding then depends on no other photo.
 */
export function photosTogether(tta: Tta, precision: Precision, threads: number): number {
  if (threads === 1 || precision === 'int8') return 1
  return tta === 'none' ? openModelDefaults.batch : openModelDefaults.batch / 2
}
