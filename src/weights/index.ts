/** Trained weights from elsewhere: found, checked name by name, never executed. */
export { findWeights, loadBackbone } from './pretrained.ts'
