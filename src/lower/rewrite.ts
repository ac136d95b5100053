import { type Graph, topological, type Value, withInputs } from '../graph/index.ts'

/** What a value becomes, given itself with its inputs already rewritten. */
export type Rewrite = (value: Value, original: Value) => Value

/** The graph with every value rewritten, inputs first. */
export function rewriteGraph(graph: Graph, rewrite: Rewrite): Graph {
  const results = new Map<Value, Value>()
  for (const value of topological(Object.values(graph.outputs))) {
    const inputs = value.inputs.map((input) => results.get(input)!)
    const same = inputs.every((input, i) => input === value.inputs[i])
    results.set(value, rewrite(same ? value : withInputs(value, inputs), value))
  }
  return {
    ...graph,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, results.get(value)!])),
  }
}

/** How many values of the graph, and outputs, read each value. */
export function countUses(graph: Graph): Map<Value, number> {
  const uses = new Map<Value, number>()
  const use = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1)
  for (const value of topological(Object.values(graph.outputs))) value.inputs.forEach(use)
  Object.values(graph.outputs).forEach(use)
  return uses
}
