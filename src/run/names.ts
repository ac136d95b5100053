/** What stands in a run folder, by name. */
export const runNames = {
  config: 'config.json',
  /** Written last when a run begins: with it a folder is a run. */
  record: 'run.json',
  split: 'split.json',
  log: 'log.jsonl',
  checkpoints: 'checkpoints',
  description: 'model.json',
  metrics: 'metrics.json',
  /** Which tricks of ranking won for it. */
  postProcessing: 'postprocessing.json',
  /** What its scores mean. */
  calibration: 'calibration.json',
  /** The folder of the run's report unless told otherwise. */
  report: 'report',
  /** There while a process writes the run. */
  lock: 'run.lock',
} as const

/** What a run writes, the record last: a folder half removed is still known for a run. */
export const runFiles: readonly string[] = [
  runNames.config,
  runNames.split,
  runNames.description,
  'model.onnx',
  'model.onnx.data',
  runNames.metrics,
  runNames.postProcessing,
  runNames.calibration,
  runNames.log,
  'checkpoints/best.safetensors',
  'checkpoints/last.safetensors',
  runNames.record,
]

const pictures =
  /^(training-curves|similarity-distributions|cmc|average-precision-by-individual|(heat-map|map|retrieval|similar-pairs|why)-[a-z-]+)\.(svg|png)$/

/** True for the names that files of a report have. */
export function isReportFile(name: string): boolean {
  return ['report.html', 'metrics.json', 'map.csv'].includes(name) || pictures.test(name)
}
