import type { Graph, Value } from '../graph/index.ts'
import { bytesOf } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/** Equal ops on equal inputs become one value: derivatives rebuild much of what the forward pass has. */
export function mergeEqual(graph: Graph): Graph {
  const ids = new Map<Value, number>()
  const known = new Map<string, Value>()
  return rewriteGraph(graph, (value) => {
    const key = keyOf(value, ids)
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, value)
    ids.set(value, ids.size)
    return value
  })
}

function keyOf(value: Value, ids: ReadonlyMap<Value, number>): string {
  const inputs = value.inputs.map((input) => ids.get(input)).join(',')
  if (value.op === 'constant') {
    const { dtype, shape, data } = value.attrs.value
    return data.length <= 64 ? `constant ${dtype} [${shape}] ${bytesOf(data)}` : `constant #${ids.size}`
  }
  return `${value.op} ${inputs} ${JSON.stringify(value.attrs)}`
}
