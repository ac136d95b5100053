/**
 * Reports: what a model makes of photos as deterministic pictures (SVG, PNG) and as one page to explore, which needs no network.
 * Embeddings and labels in; files out.
 */
export { type AnalyseOptions } from './analyse.ts'
export { auditFiles, checkAuditFolder, findingsCsv, type WriteAuditOptions, writeAudit } from './audit-folder.ts'
export { buildReport, type ReportInput } from './build.ts'
export type { CertificateSection, CrossPhotos } from './certificate.ts'
export type { Views } from './channels.ts'
export { type ComparedRun, chanceNotTold, compareHtml, type MeasuredRun, whyNotCompared } from './compare.ts'
export type * from './data.ts'
export {
  type DecidingPage,
  type DecidingPageOptions,
  decidingDefaults,
  writeAnswersPage,
  writeClustersPage,
} from './deciding.ts'
export type { AskedAnswers } from './deciding-answers.ts'
export type { AskedClusters } from './deciding-clusters.ts'
export type { DecidingPictureOptions } from './deciding-photos.ts'
export { mapCsv } from './map-csv.ts'
export { pageHtml } from './page-html.ts'
export type { PairedPhoto, ShownPair } from './pair-figures.ts'
export { type PairedRuns, pairedRuns } from './paired-runs.ts'
export { pairedChance, pairedScores, pairedWords } from './paired-section.ts'
export { type RunLength } from './progress.ts'
export { type ProjectionName } from './projections.ts'
export {
  makeReport,
  type ReportOptions,
  type ReportOutcome,
  type ReportStage,
  type RunStory,
  reportDefaults,
} from './report.ts'
export { type PhotoPicture } from './thumbnails.ts'
export { type CurvesServer, type ServeCurvesOptions, serveCurves } from './watch.ts'
export { checkReportFolder, type WrittenReport } from './write.ts'
