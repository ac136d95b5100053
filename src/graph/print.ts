import { sizeOf, type Tensor } from '../tensor/index.ts'
import { showShape } from './dim.ts'
import { type Graph, topological, type Value } from './value.ts'

/** The graph as text, one value a line, inputs before their use: `%3 = matmul(%1, %2) transB → float32 [8, 16]`. */
export function printGraph(graph: Graph): string {
  const order = topological(Object.values(graph.outputs))
  const names = new Map<Value, string>()
  let count = 0
  for (const value of order) names.set(value, value.op === 'input' ? `@${value.attrs.name}` : `%${count++}`)
  const lines = order.map((value) => {
    const operands = value.inputs.map((input) => names.get(input)).join(', ')
    const attrs = value.op === 'input' ? '' : showAttrs(value.attrs)
    return `${names.get(value)} = ${value.op}(${operands})${attrs} → ${value.dtype} ${showShape(value.shape)}`
  })
  const outputs = Object.entries(graph.outputs).map(([name, value]) => `return ${name} = ${names.get(value)}`)
  const carried = Object.entries(graph.carried ?? {}).map(([name, output]) => `carry @${name} = ${output}`)
  return [...lines, ...outputs, ...carried].join('\n')
}

function showAttrs(attrs: object): string {
  return Object.entries(attrs)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}=${showAttr(value)}`))
    .join('')
}

function showAttr(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.join(', ')}]`
  const { shape, data } = value as Tensor
  return sizeOf(shape) <= 4 ? `{${[...data].join(', ')}}` : `{${sizeOf(shape)} numbers}`
}
