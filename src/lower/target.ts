/** What a graph is lowered for. */
export interface Target {
  /**
   * Channels that ONNX Runtime's blocked convolution keeps together: 16 with AVX-512, 8 with AVX2, 0 where the processor or the
   * provider has none.
   */
  readonly blockSize: number
  /** False where LayerNormalization does not give the deviation that it computes: WebGPU's. */
  readonly deviations?: boolean
  /** Where starting a node takes as long as computing a small one: what is made of packed weights is made pack by pack. */
  readonly prefersFew?: boolean
  /** Where products in float16 are summed in float32, as cuBLAS does: then sums of float16 over rows are such products. */
  readonly wideSums?: boolean
  /** Fusions of ONNX Runtime that the provider has and is faster with, where no backward pass reads what they leave out. */
  readonly fuses?: readonly ('attention' | 'biasGelu')[]
  /** Ops that the provider leaves to the processor: they are written in others. */
  readonly lacks?: readonly ('gridSample' | 'sign')[]
  /** False where Gemm is slower than MatMul and Add, and long sums are not spread over the device: WebGPU. */
  readonly gemm?: boolean
  /**
   * What a convolution with kernels as large as its input is good for; the gradient of a depthwise kernel is such a one. float32: it is slow in float16
   * alone, cuDNN's; none: products are better, WebGPU. Any type unless given.
   */
  readonly planeKernels?: 'float32' | 'none'
  /**
   * False where there is no arithmetic in float16. ONNX Runtime's processor provider computes it in float32 and leaves out most
   * roundings; with this they are written into the graph.
   */
  readonly float16?: boolean
}

/** Standard operators only: what is exported. */
export const portableTarget: Target = { blockSize: 0 }
