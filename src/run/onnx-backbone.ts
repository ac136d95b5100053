/** True where the backbone is an ONNX file. */
export function isOnnx(backbone: string): boolean {
  return /\.onnx$/i.test(backbone)
}
