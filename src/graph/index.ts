/**
 * Programs over tensors as data: a catalogue of ops, the shape each gives, functions that build values, and a text form.
 * A `Value` describes one tensor; a `Graph` names the values wanted. Nothing is computed here.
 */

export { type CostGroup, costByGroup, type GroupCost } from './budget.ts'
export {
  abs,
  add,
  and,
  cast,
  concat,
  constant,
  depthwiseConv,
  depthwiseConvWeight,
  div,
  equal,
  erf,
  exp,
  expand,
  flip,
  floor,
  gelu,
  gridSample,
  input,
  integerMatmul,
  inverseDeviation,
  less,
  log,
  matmul,
  max,
  min,
  mul,
  neg,
  type Operand,
  pad,
  pow,
  type ReduceOptions,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sigmoid,
  sign,
  slice,
  softmax,
  sqrt,
  standardise,
  stopGradient,
  sub,
  tanh,
  transpose,
  where,
} from './build.ts'
export { countFlop, countWholeOperations, peakBytes } from './cost.ts'
export { type Dim, type GraphShape, showShape, splitDim, staticDim, staticShape } from './dim.ts'
export type { AllOps, AnyOpName, LoweredOpName, LoweredOps, OpName, Ops } from './ops.ts'
export { printGraph } from './print.ts'
export { broadcastShapes, type Type } from './shapes.ts'
export { type Graph, graphInputs, type Node, topological, type Value, withInputs } from './value.ts'
