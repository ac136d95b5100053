import { counted } from '../base/index.ts'
import { type Manifest, shortList } from './manifest.ts'
import { visible } from './similar-labels.ts'

/** How spreadsheets write a long number in a narrow cell: the digits that are not there are lost. */
const rounded = /^[+-]?\d([.,]\d+)?E\+\d{2,}$/i

const months =
  'jan|feb|mar|mär|mrz|mars|apr|avr|abr|may|mai|mag|jun|juin|giu|jul|juil|lug|aug|août|ago|sep|sept|set|oct|okt|out|ott|nov|dec|dez|dic|déc|fev|févr|ene|gen'

/** What spreadsheets make of names such as `1-2` and `MAR1`: a day and a month, or a month and a year of two digits. */
const dated = new RegExp(`^(\\d{1,2}[-. ]{1,2}(${months})\\.?|(${months})\\.?[- ]\\d{2})$`, 'iu')

/** Warnings about individuals' labels of a table that a spreadsheet seems to have made of others: two animals may have become one. */
export function spreadsheetLabelWarnings(kind: Manifest['kind'], labels: readonly string[]): string[] {
  if (kind === 'folders' || kind === 'photos' || kind === 'coco') return []
  return [
    ...warned(labels, rounded, 'a long number loses its last digits so'),
    ...warned(labels, dated, 'a name such as 1-2 or MAR1 becomes a date so'),
  ]
}

function warned(labels: readonly string[], written: RegExp, why: string): string[] {
  const counts = new Map<string, number>()
  for (const label of labels) if (written.test(label)) counts.set(label, (counts.get(label) ?? 0) + 1)
  if (counts.size === 0) return []
  const names = shortList([...counts].map(([label, photos]) => `${visible(label)} (${counted(photos, 'photo')})`))
  return [
    `labels that a spreadsheet seems to have changed: ${names}; ${why}, and two animals may have become one: ` +
      'format the column as text in the spreadsheet, enter these labels again, and save the table',
  ]
}
