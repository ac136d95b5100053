/** Graphs as ONNX: one emission rule for each op, models written, read, and continued by a tail. */
export { type AffineTail, appendTail } from './affine-tail.ts'
export { externalFiles, externalPaths, onnxFiles } from './external-files.ts'
export { decodeModel, type EncodedModel, encodeModel, inlineLimit } from './file.ts'
export { loopPorts, toOnnxLoop } from './loop.ts'
export { type OnnxOptions, toOnnx } from './model.ts'
