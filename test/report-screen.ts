import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ReportData } from '../src/report/index.ts'
import { type Place, unitPlaces } from '../src/report/page/points.ts'
import { fitView } from '../src/report/page/view.ts'
import type { WatchedPage } from './browser.ts'

/** Where the map shows each photo, in px of the window: worked out from the data, not asked of the page. */
export async function placesOnScreen(page: Page, report: ReportData, projection = 0): Promise<Place[]> {
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
