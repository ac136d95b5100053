import {
  type AttributeProto,
  TensorProto_DataLocation as DataLocation,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf'
import { check, readRegular, resolveBeside } from '../base/index.ts'
import { decodeModel } from './file.ts'

/** Such a name is no path, and none of a model's or a run's other files. */
const dataFile = /^(?!\.\.?$)(?!.*\.(onnx|jsonl?)$)[^\\/\0]+$/i

/** The files beside a model in which it keeps weights. @throws InputError for one that lies elsewhere, or is no file of weights. */
export function externalFiles(model: ModelProto, where: string): string[] {
  const names = new Set<string>()
  for (const { dataLocation, externalData } of tensorsOf(model)) {
    if (dataLocation !== DataLocation.EXTERNAL) continue
    for (const { key, value } of externalData) if (key === 'location') names.add(value)
  }
  for (const name of names)
    check(dataFile.test(name), `${where}: keeps weights in ${name}, expected a file of weights beside it`)
  return [...names]
}

/** Where those files lie, of the model in the file `path`. @throws InputError also where a link leads elsewhere. */
export function externalPaths(model: ModelProto, path: string): string[] {
  return externalFiles(model, path).map((name) => resolveBeside(path, name))
}

/** An ONNX file and the files in which it keeps weights. @throws InputError as `externalPaths`, and for what is no ONNX file. */
export function onnxFiles(path: string): string[] {
  return [path, ...externalPaths(decodeModel(readRegular(path, 'onnx'), path), path)]
}

/** Every tensor that a model holds: its own, and those of graphs within nodes and of functions. */
function* tensorsOf({ graph, functions, trainingInfo }: ModelProto): Generator<TensorProto> {
  const training = trainingInfo.flatMap(({ initialization, algorithm }) => [initialization, algorithm])
  for (const own of [graph, ...training]) if (own !== undefined) yield* graphTensors(own)
  for (const { node } of functions) yield* nodeTensors(node)
}

function* graphTensors({ initializer, sparseInitializer, node }: GraphProto): Generator<TensorProto> {
  yield* initializer
  for (const { values, indices } of sparseInitializer) yield* present([values, indices])
  yield* nodeTensors(node)
}

function* nodeTensors(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const { attribute } of nodes) for (const one of attribute) yield* attributeTensors(one)
}

function* attributeTensors(attribute: AttributeProto): Generator<TensorProto> {
  const { t, tensors, sparseTensor, sparseTensors, g, graphs } = attribute
  const sparse = [...present([sparseTensor]), ...sparseTensors].flatMap(({ values, indices }) => [values, indices])
  yield* present([t, ...tensors, ...sparse])
  for (const inner of present([g, ...graphs])) yield* graphTensors(inner)
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined)
}
