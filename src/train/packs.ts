import { check } from '../base/index.ts'
import { cast, concat, type Graph, input, reshape, showShape, slice, type Value } from '../graph/index.ts'
import { rewriteGraph } from '../lower/index.ts'
import type { ParamSpec } from '../nn/index.ts'
import type { StateTensors } from '../run/index.ts'
import { type DType, float32, type Shape, sameShape, sizeOf, type Tensor } from '../tensor/index.ts'

/**
 * Parameters of one shape that a step holds one behind the other, as [count, …shape]; so it holds their moments and averages. They are of one
 * shape because CUDA's Concat (ONNX Runtime 1.30) writes a table of its whole axis at each run where they are not.
 */
export interface Pack {
  readonly name: string
  readonly parts: readonly PackedParameter[]
}

/** A parameter, and the value that the forward pass reads. */
export interface PackedParameter {
  readonly spec: ParamSpec
  readonly value: Value
}

/** A pack has 64 MB at most: WebGPU binds 128 MB at once where nobody asks for more. */
const mostNumbers = 2 ** 24

/** What is kept for a parameter beside itself, by what stands before its name. */
const roles = ['', 'm/', 'v/', 'ema/'] as const

/** Parameters of one shape and key in packs of two or more. */
export function packAlike(params: readonly PackedParameter[], keyOf: (spec: ParamSpec) => string): Pack[] {
  const alike = new Map<string, PackedParameter[]>()
  for (const param of params) {
    const key = `${keyOf(param.spec)}: ${param.spec.shape}`
    alike.set(key, [...(alike.get(key) ?? []), param])
  }
  return [...alike.values()]
    .map(byRole)
    .flatMap((parts) => inRowsOf(parts, Math.floor(mostNumbers / sizeOf(parts[0]!.spec.shape))))
    .filter((parts) => parts.length > 1)
    .map((parts, i) => ({ name: `pack/${i}`, parts }))
}

/** Those that do the same in each block one behind the other, so that what is made of them can be made of them all at once. */
function byRole(params: readonly PackedParameter[]): PackedParameter[] {
  const roles = new Map<string, PackedParameter[]>()
  for (const param of params) {
    const role = param.spec.name.replace(/\d+/g, '#')
    roles.set(role, [...(roles.get(role) ?? []), param])
  }
  return [...roles.values()].flat()
}

function inRowsOf<T>(all: readonly T[], most: number): T[][] {
  const length = Math.max(most, 1)
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length))
}

/** [count, …shape] of its parts' shape. */
export function shapeOf({ parts }: Pack): Shape {
  return [parts.length, ...parts[0]!.spec.shape]
}

/** Values in the order of a pack's parts, in its shape. */
export function joined(values: readonly Value[]): Value {
  return concat(values.map((value) => reshape(value, [1, ...value.shape])))
}

/** The graph with each packed parameter read from its pack; of another dtype, from the pack in that dtype. */
export function readFromPacks(graph: Graph, packs: readonly Pack[]): Graph {
  const readers = new Map(packs.flatMap(readersOf))
  const readerOf = (value: Value | undefined) => (value?.op === 'input' ? readers.get(value.attrs.name) : undefined)
  return rewriteGraph(graph, (value, original) => {
    const other = original.op === 'cast' ? readerOf(original.inputs[0]) : undefined
    return other?.(original.dtype) ?? readerOf(value)?.('float32') ?? value
  })
}

/** Gives each parameter's values in a dtype. */
function readersOf(pack: Pack): [string, (dtype: DType) => Value][] {
  const all = input(pack.name, shapeOf(pack))
  const casts = new Map<DType, Value>([['float32', all]])
  const allIn = (dtype: DType) => {
    if (!casts.has(dtype)) casts.set(dtype, cast(all, dtype))
    return casts.get(dtype)!
  }
  return pack.parts.map(({ spec: { name, shape } }, i) => [
    name,
    (dtype) => reshape(slice(allIn(dtype), 0, i, i + 1), shape),
  ])
}

/** A state with its packed tensors joined. @throws InputError naming a tensor that is missing, or of another dtype or shape. */
export function packState(packs: readonly Pack[], state: StateTensors): StateTensors {
  const rest: Record<string, Tensor> = { ...state }
  for (const pack of packs)
    for (const role of roles) {
      const names = pack.parts.map(({ spec }) => `${role}${spec.name}`)
      if (role === 'ema/' && names.every((name) => state[name] === undefined)) continue
      const row = new Float32Array(sizeOf(shapeOf(pack)))
      for (const { name, shape, from } of places(pack)) {
        row.set(fitting(`${role}${name}`, shape, state[`${role}${name}`]), from)
        delete rest[`${role}${name}`]
      }
      rest[`${role}${pack.name}`] = float32(shapeOf(pack), row)
    }
  return rest
}

/** A tensor's numbers, for a place of that shape. @throws InputError where it is missing or does not fit. */
export function fitting(name: string, shape: Shape, given: Tensor | undefined): Float32Array {
  check(given !== undefined, `state: '${name}' is missing, which the graph carries over`)
  check(
    given.dtype === 'float32' && sameShape(given.shape, shape),
    `state: '${name}', expected float32 ${showShape(shape)}, got ${given.dtype} ${showShape(given.shape)}`,
  )
  return given.data as Float32Array
}

/** Where a tensor of a state lies in another that is packed. */
export interface Place {
  /** The packed tensor. */
  readonly row: string
  readonly shape: Shape
  readonly from: number
  readonly to: number
}

/** The place of each tensor of a packed state that lies in a pack, by its name. */
export function placesIn(packs: readonly Pack[], packed: StateTensors): Map<string, Place> {
  const all = packs.flatMap((pack) =>
    places(pack).flatMap(({ name, ...place }) =>
      roles.map((role) => [`${role}${name}`, { ...place, row: `${role}${pack.name}` }] as const),
    ),
  )
  return new Map(all.filter(([, { row }]) => packed[row] !== undefined))
}

function places({ parts }: Pack): (Omit<Place, 'row'> & { readonly name: string })[] {
  return parts.map(({ spec: { name, shape } }, i) => {
    const size = sizeOf(shape)
    return { name, shape, from: i * size, to: (i + 1) * size }
  })
}
