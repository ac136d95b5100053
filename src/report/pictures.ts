import { cmcChart } from './charts/cmc.ts'
import { curvesChart } from './charts/curves.ts'
import { distributionsChart } from './charts/distributions.ts'
import { explanationsChart, type Views } from './charts/explanation.ts'
import { heatMapChart, heatMapImage } from './charts/heat-map.ts'
import { identitiesChart } from './charts/identities.ts'
import { mapChart } from './charts/map.ts'
import type { PhotoImages } from './charts/photo.ts'
import { retrievalSheet, sheetPhotos } from './charts/retrieval-sheet.ts'
import { similarPairsChart, topPairs } from './charts/similar-pairs.ts'
import { trainingSourceOf } from './charts/source.ts'
import type { ReportData } from './data.ts'
import type { Picture } from './svg/picture.ts'

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
    distributionsChart(data),
    cmcChart(data),
    identitiesChart(data),
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
  for (const projection of data.projections) yield mapChart(data, projection)
  for (const kind of ['similarity', 'distance'] as const) {
    yield heatMapChart(data, kind, await heatMapImage(data.matrix, kind))
  }
  if (data.shared) return
  const photographs = [
    ...[true, false].map((same) => similarPairsChart(data, same, images)),
    ...sheets.map((kind) => retrievalSheet(data, kind, images)),
    ...[true, false].map((same) => explanationsChart(data, same, views)),
  ]
  for (const picture of photographs) if (picture !== undefined) yield picture
}
