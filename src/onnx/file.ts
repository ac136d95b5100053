import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  TensorProto_DataLocation as DataLocation,
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { check, InputError, messageOf } from '../base/index.ts'

/** protobuf's limit is 2 GiB a message; what the messages themselves need is far below the difference. */
export const inlineLimit = 2_000_000_000
const smallTensor = 1024

/** The bytes of an ONNX file, and of a second one for weights beyond 2 GB. */
export interface EncodedModel {
  readonly model: Uint8Array
  /** Weights that do not fit a protobuf message: the content of a second file beside the model. */
  readonly external: readonly Uint8Array[] | undefined
}

/** A model as bytes. Beyond `limit` bytes of weights they go to a second file, named `externalName` in the model. */
export function encodeModel(proto: ModelProto, externalName: string, limit = inlineLimit): EncodedModel {
  const initializers = proto.graph?.initializer ?? []
  const total = initializers.reduce((sum, { rawData }) => sum + rawData.length, 0)
  if (total <= limit) return { model: toBinary(ModelProtoSchema, proto), external: undefined }
  const external: Uint8Array[] = []
  let offset = 0
  const moved = initializers.map((initializer) => {
    if (initializer.rawData.length <= smallTensor) return initializer
    const { rawData } = initializer
    external.push(rawData)
    offset += rawData.length
    return externalTensor(initializer, externalName, offset - rawData.length)
  })
  const graph = { ...proto.graph!, initializer: moved }
  return { model: toBinary(ModelProtoSchema, { ...proto, graph }), external }
}

function externalTensor(initializer: TensorProto, location: string, offset: number): TensorProto {
  const { name, dims, dataType, rawData } = initializer
  const entries = { location, offset, length: rawData.length }
  return create(TensorProtoSchema, {
    name,
    dims,
    dataType,
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) }),
    ),
  })
}

/** An ONNX file's bytes as a message. @throws InputError naming `where` for bytes that are no model. */
export function decodeModel(bytes: Uint8Array, where: string): ModelProto {
  let model: ModelProto
  try {
    model = fromBinary(ModelProtoSchema, bytes)
  } catch (error) {
    throw new InputError(`${where}: not an ONNX model (${messageOf(error)})`)
  }
  check(model.graph !== undefined && model.graph.node.length > 0, `${where}: an ONNX model without a graph`)
  return model
}
