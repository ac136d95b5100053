import { createRequire } from 'node:module'
import { type Picture, svgDocument } from '../chart/index.ts'

export interface RasterOptions {
  /** Pixels of the PNG for each of the picture's. */
  readonly zoom?: number
}

/** 2,000 px across: 180 dots an inch on A4 held sideways. */
export const rasterDefaults = { zoom: 2 } as const satisfies RasterOptions

const require = createRequire(import.meta.url)
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}`),
)

/** The picture as PNG bytes, with the fonts that come with rosette and no others: the same bytes on every machine of a kind. */
export async function pngOf(picture: Picture, options: RasterOptions = {}): Promise<Uint8Array> {
  const { zoom } = { ...rasterDefaults, ...options }
  const { renderAsync } = await import('@resvg/resvg-js')
  const image = await renderAsync(svgDocument(picture), {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
    fitTo: { mode: 'zoom', value: zoom },
  })
  return image.asPng()
}
