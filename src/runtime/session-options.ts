import { providerOf } from './devices.ts'
import type { OrtOptions } from './ort.ts'
import type { SessionOptions } from './session.ts'

/** How ONNX Runtime opens a graph. */
export function sessionOptions(options: OrtOptions): SessionOptions {
  return {
    executionProviders: [providerOf(options.device ?? 'cpu')],
    graphOptimizationLevel: 'all',
    // With it the second run of a training graph allocates everything again: 5.0 GB instead of 2.7 GB.
    enableMemPattern: false,
    // 3 hides the warnings about initialisers that no node reads.
    logSeverityLevel: 3,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
    // Denormals made a training step 2.5 × slower.
    extra: { session: { set_denormal_as_zero: '1' } },
  }
}

/**
 * How it opens a training step. The backward pass of a norm reads its deviation. ONNX Runtime (1.30) joins a sum and the norm after it to one
 * SkipLayerNormalization, deviation and all, and its CUDA kernel for that does not compute the deviation: the last norm of a ViT failed so on an H100.
 */
export function stepOptions(options: OrtOptions): SessionOptions {
  const usual = sessionOptions(options)
  if ((options.device ?? 'cpu') === 'cpu') return usual // its kernel does
  return { ...usual, extra: { ...usual.extra, optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } } }
}
