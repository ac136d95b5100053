import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ReportData } from '../src/report/index.ts'
import { type Place, unitPlaces } from '../src/web/points.ts'
import { fitView } from '../src/web/view.ts'
import type { WatchedPage } from './browser.ts'

/** Which projection a page opens on. */
export function openedOn({ projections }: ReportData): number {
  return projections.findIndex(({ name }) => name === 'tsne')
}

/** Where the map shows each photo, in px of the window: worked out from the data, not asked of the page. */
export async function placesOnScreen(
  page: Page,
  report: ReportData,
  projection: number = openedOn(report),
): Promise<Place[]> {
  const box = (await page.locator('#panel-map canvas').last().boundingBox())!
  const { scale, x, y } = fitView(1, box.width, box.height)
  const unit = unitPlaces(report.projections[projection]!.x, report.projections[projection]!.y)
  return report.photos.map((_, i) => [box.x + unit.x[i]! * scale + x, box.y + unit.y[i]! * scale + y])
}

/** The page asked for nothing and complained of nothing. */
export function expectQuiet({ complaints, requests }: WatchedPage): void {
  expect(complaints).toEqual([])
  expect(requests).toEqual([])
}

/** Photos whose nearest other one is far enough to be pointed at. */
export function lonely(places: readonly Place[]): number[] {
  return places.flatMap(([x, y], i) =>
    places.every(([a, b], j) => i === j || Math.hypot(a - x, b - y) > 4) ? [i] : [],
  )
}

/** Drags once around the polygon. */
export async function lasso(page: Page, polygon: readonly Place[]): Promise<void> {
  await page.mouse.move(...polygon[0]!)
  await page.mouse.down()
  for (const corner of [...polygon.slice(1), polygon[0]!]) await page.mouse.move(...corner, { steps: 4 })
  await page.mouse.up()
}
