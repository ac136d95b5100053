/**
 * Jaguars that rosette draws itself: coats, bodies, places, light; photos of them with masks, and whole datasets. Other four-legged animals, of
 * no kind in particular.
 */
export { type CoatPair, type CoatPairs, type CoatPairsOptions, coatPairs } from './coat-pairs.ts'
export { type CoatPhoto, correspondingPixels } from './coat-photo.ts'
export { type CreaturePhoto, creatures } from './creature-photo.ts'
export { type SynthesiseOptions, type SyntheticDataset, synthesise } from './dataset.ts'
export type { PaintOptions } from './painters.ts'
export type { PatternFamily } from './pattern.ts'
export type { Flank, SyntheticPhoto } from './plan.ts'
export { type ContactSheetOptions, contactSheet, contactSheetDefaults } from './sheet.ts'
export { type Studio, type StudioOptions, studio, studioDefaults } from './studio.ts'
