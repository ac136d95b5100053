import { byCodeUnit, withUnseen } from './manifest.ts'
import { fold } from './nobody.ts'

/** Labels that look alike, with how many photos have each; the one that most have first. */
export type SimilarLabels = readonly { readonly label: string; readonly photos: number }[]

/**
 * Groups of two labels or more that are equal after NFKC, case folding and number reading: `El Jefe` and `el  jefe`, `007` and `7`,
 * `12` and `12.0`, `J-01` and `J-1`. In the order of their first labels, whatever the order of photos.
 */
export function similarLabels(labels: Iterable<string>): SimilarLabels[] {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const groups = new Map<string, { label: string; photos: number }[]>()
  for (const [label, photos] of counts) {
    const key = lookOf(label)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ label, photos }])
    else group.push({ label, photos })
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort((a, b) => b.photos - a.photos || byCodeUnit(a.label, b.label)))
    .sort((a, b) => byCodeUnit(a[0]!.label, b[0]!.label))
}

/** Labels that are not among `names`, but look like exactly one of them, which they are mapped to. */
export function similarNames(labels: Iterable<string>, names: Iterable<string>): Map<string, string> {
  const known = new Set(names)
  const looks = new Map<string, string | undefined>()
  for (const name of known) {
    const look = lookOf(name)
    looks.set(look, looks.has(look) ? undefined : name)
  }
  const found = new Map<string, string>()
  for (const label of labels) {
    const name = known.has(label) ? undefined : looks.get(lookOf(label))
    if (name !== undefined) found.set(label, name)
  }
  return found
}

/** What labels that look alike have in common. */
export function lookOf(label: string): string {
  const text = fold(label)
    .replace(/\p{Cf}/gu, '')
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/[‘’ʼ´`]/g, "'")
    .replace(/[\s_]+/g, ' ')
    .replace(/(?<!\d) | (?!\d)/g, '')
  return numberOf(text) ?? text.replace(/(?<![\d.,])0+(?=\d)/g, '')
}

/** A label that is a number, in one spelling: no zeros before it nor after its point. Digits beyond a float's are kept. */
function numberOf(text: string): string | undefined {
  const plain = /^([+-]?)0*(\d+?)(?:[.,](\d*?)0*)?$/.exec(text)
  if (plain !== null) {
    const [, sign, whole, rest = ''] = plain
    return `${sign === '-' ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`
  }
  // as spreadsheets write long numbers: 1.2E+3
  const scientific = /^[+-]?\d+(?:[.,]\d+)?e\+?\d{1,2}$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN
  return Number.isSafeInteger(scientific) ? String(scientific) : undefined
}

/** A label between quotation marks, its unusual spaces and invisible letters written out: `'Ana<U+200B>'`. */
export function visible(label: string): string {
  return `'${withUnseen(label)}'`
}
