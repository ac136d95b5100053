import { escapeText } from '../chart/index.ts'
import { type BorderPair, borderVerdict } from '../study/index.ts'
import type { PhotoPicture } from './thumbnails.ts'

/** One photo of a pair, as it is shown. */
export interface PairedPhoto {
  readonly name: string
  readonly identity: string
  /** Empty where it is not known. */
  readonly encounter: string
  /** Its side of the split, or empty. */
  readonly side: string
  /** Undefined where the photo cannot be shown. */
  readonly picture: PhotoPicture | undefined
}

/** Two photos across a border, and how near they are. */
export interface ShownPair extends Omit<BorderPair, 'a' | 'b'> {
  readonly photos: readonly [PairedPhoto, PairedPhoto]
}

/** Style of the figures below; pages have it beside their own. */
export const pairStyle = `
.charts .nearest{grid-column:1/-1}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:12px;margin:8px 0}
.pair{margin:0;padding:8px;border:1px solid var(--grid);border-radius:6px;break-inside:avoid}
.pair>div{display:grid;grid-template-columns:1fr 1fr;gap:8px}
.pair img{display:block;width:100%;height:150px;object-fit:contain}
.pair .note{overflow-wrap:anywhere}
`

/** Pairs as figures: both photos, whom they show, when, and the verdict. What comes from data is escaped. */
export function pairFigures(pairs: readonly ShownPair[]): string {
  return `<div class="pairs">${pairs.map(pairFigure).join('')}</div>`
}

function pairFigure({ photos, by, bits, cosine, sameIdentity }: ShownPair): string {
  const nearness = [
    ...(bits === null ? [] : [`${bits} bits of 64`]),
    ...(cosine === null ? [] : [`cosine ${cosine.toFixed(3)}`]),
  ]
  const near = `near by ${by}: ${nearness.join(', ')}`
  const verdict = borderVerdict({ bits, sameIdentity })
  return (
    `<figure class="pair"><div>${photos.map(photoOf).join('')}</div>` +
    `<figcaption><p class="note">${near}</p><p>${verdict}</p></figcaption></figure>`
  )
}

function photoOf({ name, identity, encounter, side, picture }: PairedPhoto): string {
  const shown = picture === undefined ? '' : `<img alt="${attribute(name)}" src="${picture.uri}">`
  const said = [identity, encounter === '' ? '' : `encounter ${encounter}`, side, name].filter((text) => text !== '')
  return `<div>${shown}${said.map((text) => `<p class="note">${escapeText(text)}</p>`).join('')}</div>`
}

function attribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;')
}
