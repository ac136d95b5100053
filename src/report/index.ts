/**
 * Reports: what a model makes of photos as deterministic pictures (SVG, PNG) and as one page to explore, which needs no network.
 * Embeddings and labels in; files out.
 */
export { type AnalyseInput, type AnalyseOptions, type Analysis, analyse, analyseDefaults } from './analyse.ts'
export { buildReport, type ReportInput } from './build.ts'
export { type ComparedRun, compareHtml, type MeasuredRun } from './compare.ts'
export type * from './data.ts'
export {
  type ExplainedMatches,
  type ExplainMatchesOptions,
  explainMatches,
  explainMatchesDefaults,
  type Match,
  matchesToExplain,
} from './explanations.ts'
export { mapCsv } from './map-csv.ts'
export { metricsJson } from './metrics-json.ts'
export { pageHtml } from './page-html.ts'
export { chartsOf, picturedPhotos, picturesOf } from './pictures.ts'
export { progressWords, type RunLength } from './progress.ts'
export {
  type ProjectionName,
  type ProjectOptions,
  projectDefaults,
  projectEmbeddings,
} from './projections.ts'
export { pngOf, type RasterOptions, rasterDefaults } from './raster.ts'
export {
  makeReport,
  type ReportOptions,
  type ReportOutcome,
  type ReportStage,
  type RunStory,
  reportDefaults,
} from './report.ts'
export { type PhotoPicture, thumbnailSide } from './thumbnails.ts'
export { type CurvesServer, type ServeCurvesOptions, serveCurves } from './watch.ts'
export { checkReportFolder, type WriteReportOptions, type WrittenReport, writeDefaults, writeReport } from './write.ts'
