import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { bytesOf, type DType, type Tensor, tensor } from '../tensor/index.ts'

/** ONNX's codes of our dtypes. */
export const dataTypes = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  int32: DataType.INT32,
  int64: DataType.INT64,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  bool: DataType.BOOL,
} as const satisfies Record<DType, DataType>

/** An attribute: an integer is INT, a `{ float }` is FLOAT, a list is INTS, text is STRING. */
export type Attribute = number | string | readonly number[] | { readonly float: number }

/** The nodes and initialisers of a graph being written; names are unique, and none of those reserved. */
export class NodeList {
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly #constants = new Map<string, string>()
  readonly #shared = new Map<string, NodeProto>()
  readonly #reserved: ReadonlySet<string>
  #count = 0

  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved
  }

  name(hint: string): string {
    let name: string
    do name = `${hint}_${this.#count++}`
    while (this.#reserved.has(name))
    return name
  }

  /** Adds a node with one output and returns the output's name. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    const output = this.name(opType)
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value))
    this.nodes.push(
      create(NodeProtoSchema, { opType, input: [...inputs], output: [output], attribute, domain, name: `n_${output}` }),
    )
    return output
  }

  /** The node added under `key` before, or a new one. */
  once(
    key: string,
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): NodeProto {
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    this.add(opType, inputs, attributes)
    const node = this.nodes[this.nodes.length - 1]!
    this.#shared.set(key, node)
    return node
  }

  /** An initialiser; small equal ones are shared. */
  constant(value: Tensor, hint = 'constant'): string {
    const small = value.data.length <= 64
    const key = small ? `${value.dtype}[${value.shape}]${bytesOf(value.data)}` : ''
    const known = small ? this.#constants.get(key) : undefined
    if (known !== undefined) return known
    const name = this.name(hint)
    this.initializer(name, value)
    if (small) this.#constants.set(key, name)
    return name
  }

  /** An initialiser under a name of its own. */
  initializer(name: string, { dtype, shape, data }: Tensor): void {
    this.initializers.push(
      create(TensorProtoSchema, {
        name,
        dataType: dataTypes[dtype],
        dims: shape.map(BigInt),
        rawData: bytesOf(data) as Uint8Array<ArrayBuffer>,
      }),
    )
  }

  /** A constant list of int64, as shapes and axes are given. */
  ints(values: readonly (number | bigint)[]): string {
    return this.constant(tensor('int64', [values.length], BigInt64Array.from(values, BigInt)))
  }

  scalar(value: number): string {
    return this.constant(tensor('float32', [], Float32Array.of(value)))
  }
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) })
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}
