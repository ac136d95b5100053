/** True where the backbone is named by an ONNX file, by its ending. */
export function isOnnx(backbone: string): boolean {
  return /\.onnx$/i.test(backbone)
}
