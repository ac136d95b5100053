/**
 * Every tolerance of the tests, named once (the numerics table of the design). |a − b| ≤ atol + rtol·|b|, where b is the
 * oracle's value; an element that sums n products may be off by √n times `atol`.
 */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

/** Step of the central differences, which float64 and a smooth f leave good to about 1e-9. */
export const differenceStep = 1e-6

/** Derivatives in float64 against central differences. Constants of the graph are float32: 6e-8 of rtol is theirs. */
export const derivative: Tolerance = { rtol: 1e-6, atol: 1e-8 }

/** A backend in float32 against the reference on the same inputs, one op at a time. */
export const float32Op: Tolerance = { rtol: 1e-5, atol: 1e-6 }

/** The same numbers computed in another order or layout. */
export const sameNumbers: Tolerance = { rtol: 1e-6, atol: 1e-6 }

/** Nothing but the result's own rounding to float32. */
export const roundedToFloat32: Tolerance = { rtol: 1e-7, atol: 0 }

/** `tolerance` for sums of n products. */
export function forSums({ rtol, atol }: Tolerance, n: number): Tolerance {
  return { rtol, atol: atol * Math.sqrt(n) }
}

/** ‖a − b‖ / ‖b‖ against PyTorch and timm in float64 (golden files). */
export const goldenTolerance = {
  reference: { forward: 1e-6, gradients: 1e-6 },
  ort: { forward: 1e-5, gradients: 1e-4 },
} as const

/** Losses of a training run, one machine against another. */
export const trainingTolerance = { rtol: 1e-3 } as const

/** ‖a − b‖ / ‖b‖ of loss and gradients when the batch passes the network in chunks. */
export const chunkTolerance = { rtol: 1e-5 } as const

/** Standardised pixels: float32 coordinates to 1e-7 of 8 columns, differences between neighbours of up to 1/σ ≈ 4.5. */
export const augmentationTolerance: Tolerance = { rtol: 1e-5, atol: 1e-5 }

/** Cosine of an embedding and that of timm and torch in float32, at least. */
export const timmCosine = 0.999999

/**
 * Cosine of an embedding by onnxruntime-web (wasm) and that of the same file by onnxruntime-node, at least. In whole numbers, where
 * the two fuse differently, a number on the edge between two whole ones falls to the other side: node alone, with its fusions and
 * without, differs from itself by 3e-4 for the tiny random network, whose int8 differs from fp32 by 2.5e-3.
 */
export const webCosine = { fp32: 0.999999, int8: 0.999 } as const

/** Losses of ten steps in a browser's WebAssembly against Node: the same kernels for narrower registers. */
export const webTraining = { rtol: 1e-4 } as const

/** Ten and twelve steps on a device against the processor: another order of sums, that often through divisions by √v. */
export const deviceTolerance = { loss: 1e-3, weights: 1e-3 }

/**
 * Training in float16 against float32, and against PyTorch's, which rounds in another order: a number of float16 is good to 5e-4, a loss
 * is made of some, and the norm of gradients is divided by deviations over four photos besides. Weights move by 1e-4 a step.
 */
export const halfTolerance = { loss: 1e-2, norm: 5e-2, weights: 1e-3 } as const

/** An op in float16 against the reference, which rounds the exact result: where that lies between two numbers it may be the other one. */
export const float16Op: Tolerance = { rtol: 2 ** -10, atol: 2 ** -24 }

/** Cosine of an embedding in float16 and that in float32, at least. */
export const halfCosine = 0.9999
