import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkOutput, invariant, StagedFolder } from '../base/index.ts'
import { pictureDefaults, svgDocument } from '../chart/index.ts'
import { isReportFile } from '../run/index.ts'
import type { CertificateSection } from './certificate.ts'
import type { PhotoImages, Views } from './channels.ts'
import type { ReportData } from './data.ts'
import { mapCsv } from './map-csv.ts'
import { metricsJson } from './metrics-json.ts'
import { pageHtml } from './page-html.ts'
import { picturesOf } from './pictures.ts'
import { pngOf } from './raster.ts'
import type { PhotoPicture } from './thumbnails.ts'

export interface WriteReportOptions {
  /** The folder; it appears whole or not at all. */
  readonly out: string
  /** Replace it, where it is a report. */
  readonly overwrite?: boolean
  /** For the page: one for each photo, or none. */
  readonly thumbnails: readonly PhotoPicture[]
  /** For the pictures, by photo. */
  readonly images: PhotoImages
  /** Of the data's explanations. */
  readonly views?: readonly Views[]
  /** Pairs of photos across the borders of the split and of the ranking, for the page. */
  readonly certificate?: readonly CertificateSection[]
  /** Across a PNG of ordinary width. */
  readonly pixels?: number
  readonly onProgress?: ((done: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export const writeDefaults = {
  overwrite: false,
  views: [],
  certificate: [],
  pixels: 2 * pictureDefaults.width,
} as const

/** The files of a report: the folder, its page and its pictures. */
export interface WrittenReport {
  readonly folder: string
  /** The page, inside the folder. */
  readonly page: string
  readonly pageBytes: number
  /** Names of the pictures' files, without their endings. */
  readonly pictures: readonly string[]
}

const pageFile = 'report.html'

/**
 * What a kill left of an earlier report is settled first. @throws InputError where `out` exists and may not, or must not, be replaced: before any work
 * is done.
 */
export function checkReportFolder(out: string, overwrite: boolean): void {
  checkOutput(out, { overwrite, kind: 'folder' })
  check(
    !existsSync(out) || existsSync(join(out, pageFile)),
    `\`out\`: ${out} is no report (it has no ${pageFile}), and is not replaced`,
    'choose another name',
  )
}

/**
 * Writes pictures as SVG and PNG, `metrics.json`, `map.csv` and the page. The same data give the same bytes.
 * @throws InputError as checkReportFolder does; the signal's reason when it aborts.
 */
export async function writeReport(data: ReportData, options: WriteReportOptions): Promise<WrittenReport> {
  const { out, overwrite, thumbnails, images, views, certificate, pixels, onProgress, signal } = {
    ...writeDefaults,
    ...options,
  }
  checkReportFolder(out, overwrite)
  const staged = new StagedFolder(out, isReportFile)
  const pictures: string[] = []
  try {
    for await (const picture of picturesOf(data, images, views)) {
      signal?.throwIfAborted()
      invariant(isReportFile(`${picture.name}.svg`), `a report's picture '${picture.name}' that no report owns`)
      staged.write(`${picture.name}.svg`, svgDocument(picture))
      staged.write(`${picture.name}.png`, await pngOf(picture, { zoom: pixels / pictureDefaults.width }))
      pictures.push(picture.name)
      onProgress?.(picture.name)
    }
    staged.write('metrics.json', metricsJson(data))
    staged.write('map.csv', mapCsv(data))
    const page = pageHtml(data, thumbnails, views, certificate)
    staged.write(pageFile, page)
    checkReportFolder(out, overwrite) // it may have come while we drew
    staged.commit()
    return { folder: out, page: join(out, pageFile), pageBytes: Buffer.byteLength(page), pictures }
  } finally {
    staged.discard()
  }
}
