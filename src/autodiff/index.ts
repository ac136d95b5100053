/** Reverse-mode differentiation: a total table of derivative rules over the op catalogue, and the sweep that applies them. */
export { type GradientOptions, gradient, pullback } from './gradient.ts'
export type { Segment } from './recompute.ts'
