import {
  cmcChart,
  curvesChart,
  distributionsChart,
  explanationsChart,
  type HeatMapKind,
  heatMapChart,
  heatMapPixels,
  identitiesChart,
  mapChart,
  type Picture,
  retrievalSheet,
  similarPairsChart,
} from '../chart/index.ts'
import { encodePng } from '../images/index.ts'
import {
  cmcOf,
  distributionsOf,
  explanationsOf,
  heatMapOf,
  identitiesOf,
  mapOf,
  type PhotoImages,
  retrievalOf,
  similarPairsOf,
  type Views,
} from './channels.ts'
import type { ReportData, SimilarityMatrix } from './data.ts'
import { unpackMatrix } from './matrix.ts'
import { sheetPhotos } from './sheets.ts'
import { trainingSourceOf } from './source.ts'
import { topPairs } from './top-pairs.ts'

const sheets = ['hardest', 'typical'] as const

/** Photos that the pictures show; none in a shared report. */
export function picturedPhotos(data: ReportData): number[] {
  if (data.shared) return []
  const inPairs = [true, false].flatMap((same) => topPairs(data, same).flatMap(({ a, b }) => [a, b]))
  const shown = new Set([...inPairs, ...sheets.flatMap((kind) => sheetPhotos(data, kind))])
  return [...shown].sort((a, b) => a - b)
}

/** The pictures without pixels of photos or matrices: what a page shows as they are. */
export function chartsOf(data: ReportData): Picture[] {
  const charts = [
    curvesChart(data.curves, trainingSourceOf(data)),
    distributionsChart(distributionsOf(data)),
    cmcChart(cmcOf(data)),
    identitiesChart(identitiesOf(data)),
  ]
  return charts.filter((chart) => chart !== undefined)
}

/** Every picture that the data allow, one after the other; `views` are those of the explanations. */
export async function* picturesOf(
  data: ReportData,
  images: PhotoImages,
  views: readonly Views[] = [],
): AsyncGenerator<Picture, void, undefined> {
  yield* chartsOf(data)
  for (const projection of data.projections) yield mapChart(mapOf(data, projection))
  for (const kind of ['similarity', 'distance'] as const) {
    yield heatMapChart(heatMapOf(data, kind, await heatMapImage(data.matrix, kind)))
  }
  if (data.shared) return
  const photographs = [
    ...[true, false].map((same) => similarPairsChart(similarPairsOf(data, same, images))),
    ...sheets.map((kind) => retrievalSheet(retrievalOf(data, kind, images))),
    ...[true, false].map((same) => explanationsChart(explanationsOf(data, same, views))),
  ]
  for (const picture of photographs) if (picture !== undefined) yield picture
}

/** The matrix as a PNG in a data: address. */
async function heatMapImage(matrix: SimilarityMatrix, kind: HeatMapKind): Promise<string> {
  const png = await encodePng(heatMapPixels(unpackMatrix(matrix), matrix.low, kind))
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}
