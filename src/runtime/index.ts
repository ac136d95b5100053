/** Graphs at work: the interface of a backend, the float64 reference, and ONNX Runtime. */
export type { Backend, CompileOptions, Program, StatefulProgram, Tensors } from './backend.ts'
export {
  type ChosenDevice,
  chooseDevice,
  computesHalf,
  type Device,
  type DeviceChoice,
  type DeviceReport,
  devices,
  type Machine,
} from './devices.ts'
export { type FailureKind, failureKind } from './failure.ts'
export { findPort } from './find-port.ts'
export { halve } from './halve.ts'
export { shareThreads } from './lanes.ts'
export { type OpenOnnxOptions, type OrtOptions, openOnnx, ortBackend, probeBlockSize } from './ort.ts'
export { type Placement, placement } from './placement.ts'
export { quantise } from './quantise.ts'
export { type ReferenceOptions, referenceBackend } from './reference.ts'
export type { OnnxPort, Session } from './session.ts'
