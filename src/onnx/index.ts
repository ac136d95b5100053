/** Graphs as ONNX: one emission rule for each op, models written, read, and continued by a tail. */
export { type AffineTail, appendTail, externalFiles } from './affine-tail.ts'
export { decodeModel, type EncodedModel, encodeModel, inlineLimit } from './file.ts'
export { type OnnxOptions, opset, toOnnx } from './model.ts'
