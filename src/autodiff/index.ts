/** Reverse-mode differentiation: a total table of derivative rules over the op catalogue, and the sweep that applies them. */
export { gradient, pullback } from './gradient.ts'
