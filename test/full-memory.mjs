/** Loaded before the command line (`node --import`): ONNX Runtime has no memory left for the fourth training step. */
import { InferenceSession } from 'onnxruntime-node'

const run = InferenceSession.prototype.run
let steps = 0
InferenceSession.prototype.run = function (feeds, ...rest) {
  if ('labels' in feeds && ++steps === 4)
    throw new Error(
      'Non-zero status code returned while running Gemm node. Failed to allocate memory for requested buffer of size 268435456',
    )
  return run.call(this, feeds, ...rest)
}
