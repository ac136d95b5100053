/**
 * Procedural jaguars: a drawn animal whose coat is decided by its identity and flank, photographed by a drawn camera. A
 * dataset that needs the pattern, in the Kaggle layout, for demos and tests on a machine that has no photographs.
 */
export { type SynthesiseOptions, type SyntheticDataset, synthesise, syntheticTables } from './dataset.ts'
export type { Flank, SyntheticPhoto } from './plan.ts'
export { type ContactSheetOptions, contactSheet, contactSheetDefaults, identitySheet } from './sheet.ts'
export { type Studio, type StudioOptions, studio, studioDefaults } from './studio.ts'
