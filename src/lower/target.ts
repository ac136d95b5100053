/** What a graph is lowered for. */
export interface Target {
  /**
   * Channels that ONNX Runtime's blocked convolution keeps together: 16 with AVX-512, 8 with AVX2, 0 where the processor or the
   * provider has none.
   */
  readonly blockSize: number
  /** False where LayerNormalization does not give the deviation that it computes: WebGPU's. */
  readonly deviations?: boolean
  /** Ops that the provider leaves to the processor: they are written in others. */
  readonly lacks?: readonly ('gridSample' | 'sign')[]
  /**
   * False where there is no arithmetic in float16. ONNX Runtime's processor provider computes it in float32 and leaves out most
   * roundings; with this they are written into the graph.
   */
  readonly float16?: boolean
}

/** Standard operators only: what is exported. */
export const portableTarget: Target = { blockSize: 0 }
