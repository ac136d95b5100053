import { counted } from '../base/index.ts'
import { escapeText } from '../chart/index.ts'
import type { Photo } from '../data/index.ts'
import type { Audit, Finding, FindingKind, NearestPair } from '../study/index.ts'
import { htmlPage } from './html-page.ts'
import { pageStyle } from './page-style.ts'
import { type PairedPhoto, pairFigures, pairStyle, type ShownPair } from './pair-figures.ts'
import type { PhotoPicture } from './thumbnails.ts'

/** Findings of one kind that are shown with pictures; all stand in the table of findings. */
const shownAtMost = 12

const style = `${pageStyle}${pairStyle}
body{max-width:1200px;margin:0 auto;padding:16px}
.finding img{display:block;max-width:150px;max-height:110px}
`

/** Files whose pictures the page shows. */
export function auditedFiles({ findings, nearest }: Audit): Set<string> {
  const shown = [...shownFindings(findings).values()].flat()
  const names = [...shown, ...(nearest?.pairs ?? [])].flatMap(({ photo, otherPhoto }) => [photo, otherPhoto])
  return new Set(names.filter((name) => name !== ''))
}

/**
 * An audit as one HTML page that asks no network for anything and runs no script: the verdict on the split, the nearest pairs across it with both
 * pictures, and of each kind of finding the first twelve. `pictures` by file name.
 */
export function auditHtml(audit: Audit, pictures: ReadonlyMap<string, PhotoPicture>): string {
  const { photos, individuals, leakage, nearest, counts } = audit
  const verdicts = (leakage?.verdict ?? []).map((text) => `<p>${escapeText(text)}</p>`)
  const across =
    nearest === null
      ? '<p>The table has no split, and no encounters are known: there is no border that photos could be near across.</p>'
      : pairFigures(nearest.pairs.map((pair) => shownPair(pair, pictures)))
  const border = nearest === null ? 'sides of the split' : nearest.border
  const kinds = [...shownFindings(audit.findings)].map(([kind, findings]) =>
    findingTable(kind, counts[kind], findings, pictures),
  )
  return htmlPage({
    page: 'audit',
    style,
    pictures: 'data:',
    metas: ['name="referrer" content="no-referrer"'],
    body: `<h1>Audit of ${counted(photos, 'photo')} of ${counted(individuals, 'individual')}</h1>
<h2>Nearest photos of two ${border}</h2>
${[...verdicts, across, ...kinds].join('\n')}`,
  })
}

function shownPair(pair: NearestPair, pictures: ReadonlyMap<string, PhotoPicture>): ShownPair {
  const first: PairedPhoto = {
    name: pair.photo,
    identity: pair.identity,
    encounter: pair.encounter,
    side: pair.split,
    picture: pictures.get(pair.photo),
  }
  const second: PairedPhoto = {
    name: pair.otherPhoto,
    identity: pair.otherIdentity,
    encounter: pair.otherEncounter,
    side: pair.otherSplit,
    picture: pictures.get(pair.otherPhoto),
  }
  const { by, bits, cosine, sameIdentity } = pair
  return { photos: [first, second], by, bits, cosine, sameIdentity }
}

function shownFindings(findings: readonly Finding[]): Map<FindingKind, Finding[]> {
  const shown = new Map<FindingKind, Finding[]>()
  for (const one of findings) {
    const own = shown.get(one.kind) ?? []
    if (own.length < shownAtMost) shown.set(one.kind, [...own, one])
  }
  return shown
}

function findingTable(
  kind: FindingKind,
  count: number,
  findings: readonly Finding[],
  pictures: ReadonlyMap<string, PhotoPicture>,
): string {
  const photo = (name: string, identity: string, split: string) => {
    const picture = pictures.get(name)
    const image = picture === undefined ? '' : `<img alt="" src="${picture.uri}">`
    const words = [name, identity, split].filter((text) => text !== '').map(escapeText)
    return `<td>${image}${words.join('<br>')}</td>`
  }
  const rows = findings.map((one) => {
    const numbers = [
      ...(one.bits === null ? [] : [`${counted(one.bits, 'bit')}`]),
      ...(one.cosine === null ? [] : [`cosine ${one.cosine.toFixed(3)}`]),
      ...(one.detail === '' ? [] : [escapeText(one.detail)]),
    ]
    return (
      `<tr>${photo(one.photo, one.identity, one.split)}` +
      `${photo(one.otherPhoto, one.otherIdentity, one.otherSplit)}<td>${numbers.join('<br>')}</td></tr>`
    )
  })
  const more = count > findings.length ? `<p class="note">The first ${findings.length} of ${count}.</p>` : ''
  return `<h2>${kind} (${count})</h2>${more}<table class="finding">${rows.join('')}</table>`
}

/** Each photo by its file's name; of several animals in one photo the whole photo. */
export function photosByFile(photos: readonly Photo[], wanted: ReadonlySet<string>): Map<string, Photo> {
  const byFile = new Map<string, Photo>()
  for (const photo of photos) {
    if (!wanted.has(photo.filename)) continue
    byFile.set(photo.filename, byFile.has(photo.filename) ? { ...photo, box: undefined } : photo)
  }
  return byFile
}
