import { type Picture, svgDocument } from '../chart/index.ts'
import { encodePng } from '../images/index.ts'
import { fontFilesFor } from './fonts.ts'

export interface RasterOptions {
  /** Pixels of the PNG for each of the picture's. */
  readonly zoom?: number
}

/** 2,000 px across: 180 dots an inch on A4 held sideways. */
export const rasterDefaults = { zoom: 2 } as const satisfies RasterOptions

/** The picture as PNG bytes, with the fonts that come with rosette and no others: the same bytes on every machine of a kind. */
export async function pngOf(picture: Picture, options: RasterOptions = {}): Promise<Uint8Array> {
  const { zoom } = { ...rasterDefaults, ...options }
  const { renderAsync } = await import('@resvg/resvg-js')
  const svg = svgDocument(picture)
  const { pixels, width, height } = await renderAsync(svg, {
    font: { loadSystemFonts: false, fontFiles: fontFilesFor(svg), defaultFontFamily: 'DejaVu Sans' },
    fitTo: { mode: 'zoom', value: zoom },
    background: 'white', // where the last row or column is no whole pixel
  })
  // resvg's own PNG takes twice the time and is no smaller
  return encodePng({ width, height, data: pixels }, { compressionLevel: 3, alpha: false })
}
