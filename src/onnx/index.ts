/** Graphs as ONNX: one emission rule for each op, models written and read. */
export { decodeModel, type EncodedModel, encodeModel, inlineLimit } from './file.ts'
export { type OnnxOptions, opset, toOnnx } from './model.ts'
