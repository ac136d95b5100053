import { invariant, parseStrictly, unreachable } from '../base/index.ts'
import type { ImageRGBA } from './decode.ts'
import { type Geometry, geometrySchema, type Rgb } from './geometry-schema.ts'
import { type Box, boxRegion, maskRegion } from './region.ts'
import { type Region, resizeRgb } from './resize.ts'
import { withoutPrinted } from './without-printed.ts'

/** 224 × 224 pixels, squashed, bicubic, the mask left alone, captions left out; the fill is ImageNet's mean colour. */
export const geometryDefaults = {
  widthPx: 224,
  heightPx: 224,
  resize: 'squash',
  kernel: 'bicubic',
  alpha: 'keep',
  maskMargin: 0.05,
  captions: 'crop',
  meanFill: [124, 116, 104],
} as const satisfies Geometry

const black: Rgb = [0, 0, 0]

/** The defaults with what `given` says. @throws InputError with every mistake and its path. */
export function geometry(given: Partial<Geometry> = {}): Geometry {
  return parseStrictly(geometrySchema, { ...geometryDefaults, ...given }, 'geometry')
}

/**
 * photo → without captions → box → mask → resize: `[heightPx, widthPx, 3]` RGB bytes.
 * @throws InputError where the box lies outside of the photo.
 */
export function prepareImage(photo: ImageRGBA, geometry: Geometry, box?: Box): Uint8Array {
  const image = geometry.captions === 'crop' ? withoutPrinted(photo) : { ...photo, photograph: undefined }
  const region = boxRegion(image, box)
  switch (geometry.alpha) {
    case 'keep':
      return fit(image, region, geometry, black)
    case 'crop':
      return fit(image, maskRegion(image, region, geometry.maskMargin), geometry, black)
    case 'crop-black': {
      const cut = maskRegion(image, region, geometry.maskMargin)
      return fit(composite(image, cut, black), cut, geometry, black)
    }
    case 'black':
      return fit(composite(image, region, black), region, geometry, black)
    case 'mean':
      return fit(composite(image, region, geometry.meanFill), region, geometry, geometry.meanFill)
    default:
      return unreachable(geometry.alpha)
  }
}

/** What a camera prints: a strip beside the photograph, or a date over it. */
export type CaptionKind = 'strip' | 'date'

/** The captions of the photo that `prepareImage` leaves out. */
export function captionsLeftOut({ photograph, printed = [] }: ImageRGBA, { captions }: Geometry): CaptionKind[] {
  if (captions !== 'crop') return []
  return [...(photograph === undefined ? [] : ['strip' as const]), ...(printed.length === 0 ? [] : ['date' as const])]
}

function fit(image: ImageRGBA, region: Region, geometry: Geometry, bars: Rgb): Uint8Array {
  const { widthPx, heightPx, kernel } = geometry
  const { width, height } = region
  switch (geometry.resize) {
    case 'squash':
      return resizeRgb(image, region, geometry)
    case 'letterbox': {
      const { widthPx, heightPx } = scaledInto(region, geometry)
      const inner = { widthPx, heightPx }
      return place(resizeRgb(image, region, { ...inner, kernel }), inner, geometry, bars)
    }
    case 'center-crop': {
      // torchvision's Resize(short side) then CenterCrop: the long side is cut to a whole number
      const wide = width * heightPx > height * widthPx
      const outer = {
        widthPx: wide ? Math.max(widthPx, Math.trunc((width * heightPx) / height)) : widthPx,
        heightPx: wide ? heightPx : Math.max(heightPx, Math.trunc((height * widthPx) / width)),
      }
      return place(resizeRgb(image, region, { ...outer, kernel }), outer, geometry, bars)
    }
    default:
      return unreachable(geometry.resize)
  }
}

type Size = Pick<Geometry, 'widthPx' | 'heightPx'>

/** Where the whole of a photo lies among the pixels that a network sees: between the bars of a letterbox, else everywhere. */
export interface Placed extends Size {
  readonly leftPx: number
  readonly topPx: number
}

/**
 * Where `prepareImage` puts a photo of this size: its pixel (x, y) comes to (leftPx + x · widthPx / width, topPx + y · heightPx / height).
 * For squash and letterbox; a center-crop shows no whole photo.
 */
export function placedIn(photo: { readonly width: number; readonly height: number }, geometry: Geometry): Placed {
  const { widthPx, heightPx, resize } = geometry
  invariant(resize !== 'center-crop', 'placedIn: a center-crop shows no whole photo')
  if (resize === 'squash') return { leftPx: 0, topPx: 0, widthPx, heightPx }
  const inner = scaledInto(photo, geometry)
  return { leftPx: halfEven(widthPx - inner.widthPx), topPx: halfEven(heightPx - inner.heightPx), ...inner }
}

/** The largest size of the same proportions that fits, in whole pixels. */
function scaledInto(
  { width, height }: { readonly width: number; readonly height: number },
  { widthPx, heightPx }: Size,
): Size {
  const wide = width * heightPx > height * widthPx
  return {
    widthPx: wide ? widthPx : Math.max(1, Math.round((width * heightPx) / height)),
    heightPx: wide ? Math.max(1, Math.round((height * widthPx) / width)) : heightPx,
  }
}

/** Pixels of one size centred on a canvas of another: cut where they are larger, framed where they are smaller. */
function place(pixels: Uint8Array, from: Size, to: Size, bars: Rgb): Uint8Array {
  const out = new Uint8Array(to.widthPx * to.heightPx * 3)
  if (bars.some((v) => v !== 0)) for (let i = 0; i < out.length; i++) out[i] = bars[i % 3]!
  const x = halfEven(to.widthPx - from.widthPx)
  const y = halfEven(to.heightPx - from.heightPx)
  const width = Math.min(from.widthPx, to.widthPx)
  const height = Math.min(from.heightPx, to.heightPx)
  for (let row = 0; row < height; row++) {
    const source = ((row + Math.max(0, -y)) * from.widthPx + Math.max(0, -x)) * 3
    const target = ((row + Math.max(0, y)) * to.widthPx + Math.max(0, x)) * 3
    out.set(pixels.subarray(source, source + width * 3), target)
  }
  return out
}

/** n / 2 rounded to a whole number, a tie to the even one, as Python's round does for torchvision. */
function halfEven(n: number): number {
  return n % 2 === 0 ? n / 2 : 2 * Math.round(n / 4)
}

/** c · α + fill · (1 − α) inside the region, rounded; the image itself where it is opaque there. */
function composite(image: ImageRGBA, region: Region, fill: Rgb): ImageRGBA {
  const { width } = image
  const data = new Uint8Array(image.data) // slice() of a Buffer would not copy
  for (let y = region.y; y < region.y + region.height; y++) {
    let p = (y * width + region.x) * 4
    for (let x = 0; x < region.width; x++, p += 4) {
      const alpha = data[p + 3]!
      if (alpha === 255) continue
      for (let c = 0; c < 3; c++) data[p + c] = Math.round((data[p + c]! * alpha + fill[c]! * (255 - alpha)) / 255)
    }
  }
  return { ...image, data }
}
