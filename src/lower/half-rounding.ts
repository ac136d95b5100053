import { type AnyOpName, cast, constant, type Graph, type Node, topological, type Value } from '../graph/index.ts'
import { asFloat32 } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** They give back numbers that they were given: nothing is to be rounded. */
const exact: ReadonlySet<AnyOpName> = new Set([
  ...(['stopGradient', 'neg', 'abs', 'sign', 'floor', 'max', 'min', 'where', 'reduceMax'] as const),
  ...(['reshape', 'transpose', 'expand', 'concat', 'slice', 'pad', 'flip'] as const),
])

/** Every float16 value as float32 that was rounded to float16; inputs and outputs keep their types. */
export function roundHalves(graph: Graph): Graph {
  const outputs = Object.entries(graph.outputs)
  if (!topological(outputs.map(([, value]) => value)).some(({ dtype }) => dtype === 'float16')) return graph
  const rounded = rewriteGraph(graph, (value, original) => {
    if (original.op === 'input') return cast(value, original.dtype === 'float16' ? 'float32' : original.dtype)
    if (original.op === 'cast') return castOf(value.inputs[0]!, original.attrs.to)
    if (original.dtype !== 'float16') return value
    if (original.op === 'constant') return constant(asFloat32(original.attrs.value))
    const wide = { ...value, dtype: 'float32' } as Value
    return exact.has(value.op) ? wide : roundHalf(wide)
  })
  const typed = outputs.map(([name, { dtype }]) => [name, cast(rounded.outputs[name]!, dtype)] as const)
  return { ...rounded, outputs: Object.fromEntries(typed) }
}

function castOf(x: Value, to: Value['dtype']): Value {
  return to === 'float16' ? roundHalf(cast(x, 'float32')) : cast(x, to)
}

function roundHalf(x: Value): Value {
  return { op: 'roundHalf', inputs: [x], attrs: {}, shape: x.shape, dtype: 'float32' } satisfies Node<'roundHalf'>
}
