/**
 * Reports: what a model makes of photos as deterministic pictures (SVG, PNG) and as one page to explore, which needs no network.
 * Embeddings and labels in; files out.
 */
export { type AnalyseInput, type AnalyseOptions, type Analysis, analyse, analyseDefaults } from './analyse.ts'
export { buildReport, type ReportInput } from './build.ts'
export type * from './data.ts'
export { chartsOf, picturedPhotos, picturesOf } from './pictures.ts'
