import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { check } from '../src/base/index.ts'
import { decodeModel, encodeModel } from '../src/onnx/index.ts'

/**
 * A copy of an ONNX file for square photos of another size, with a description beside it: of a network that is convolutions and a mean over
 * places, whose graph names a size in its input alone.
 */
export function atSize(
  model: string,
  config: string,
  { sizePx, folder }: { readonly sizePx: number; readonly folder: string },
): string {
  const described = JSON.parse(readFileSync(config, 'utf8')) as { readonly input: object }
  const proto = decodeModel(readFileSync(model), model)
  const type = proto.graph?.input[0]?.type?.value
  check(type?.case === 'tensorType', `${model}: expected one input, an image`)
  for (const dim of type.value.shape?.dim.slice(2) ?? []) dim.value = { case: 'dimValue', value: BigInt(sizePx) }
  const name = `${basename(model, '.onnx')}-${sizePx}`
  const path = join(folder, `${name}.onnx`)
  writeFileSync(path, encodeModel(proto, `${name}.data`).model)
  const input = { ...described.input, heightPx: sizePx, widthPx: sizePx }
  writeFileSync(
    join(folder, `${name}.model.json`),
    JSON.stringify({ ...described, name, model: `${name}.onnx`, input }),
  )
  return path
}
