/**
 * Programs over tensors as data: a catalogue of ops, the shape each gives, functions that build values, and a text form.
 * A `Value` describes one tensor; a `Graph` names the values wanted. Nothing is computed here.
 */
export * from './build.ts'
export { countFlop, countWholeOperations, peakBytes } from './cost.ts'
export {
  type Dim,
  dimProduct,
  dimQuotient,
  type GraphShape,
  showShape,
  splitDim,
  staticDim,
  staticShape,
} from './dim.ts'
export type { AllOps, AnyOpName, LoweredOpName, LoweredOps, OpName, Ops } from './ops.ts'
export { printGraph } from './print.ts'
export { broadcastShapes, shapeRules, type Type } from './shapes.ts'
export { type Graph, graphInputs, type Node, topological, type Value, withInputs } from './value.ts'
