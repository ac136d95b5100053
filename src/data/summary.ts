import { basename } from 'node:path'
import { counted } from '../base/index.ts'
import { columnNames, keyOf } from './column-names.ts'
import { identitiesOf, type Manifest, type Photo, shortList, type WordCount } from './manifest.ts'
import { splitCounts } from './split-column.ts'

/**
 * A dataset in one line: which columns were taken for what, how many photos, individuals and encounters there are, who is nobody
 * known, and which columns no field has.
 */
export function summaryOf({ kind, source, photos, reading, words = [], encountersFrom }: Manifest): string {
  const name = basename(source)
  if (reading === undefined) {
    const read = kind === 'folders' ? `${name}: a folder for each individual` : name
    return `${read}; ${countsOf(photos, words, encountersFrom)}`
  }
  const columns = Object.entries(reading.columns).map(([field, column]) => `${field}=${column}`)
  const called = kind === 'coco' ? 'keys' : 'columns'
  const taken = columns.length === 0 ? '' : `${called} ${columns.join(', ')}; `
  const left = reading.left.length === 0 ? '' : `; ${called} not used: ${shortList(reading.left, 12)}`
  return `${name}: ${taken}${countsOf(photos, words, encountersFrom)}${left}`
}

/** A column `label` or `name` in which all photos have one value is rather the species than an individual. */
export function speciesDoubt({ photos, reading }: Manifest): string[] {
  const column = reading?.columns.identity
  const { names } = identitiesOf(photos)
  const doubtful: readonly string[] = columnNames.identity.doubtful
  if (column === undefined || !doubtful.includes(keyOf(column)) || names.length !== 1 || photos.length < 2) return []
  return [
    `all photos are of one individual, '${names[0]}', as column '${column}' says: ` +
      'if that is no individual, `columns: {"identity":"…"}` names the column',
  ]
}

function countsOf(photos: readonly Photo[], words: readonly WordCount[], from: string | undefined): string {
  const individuals = identitiesOf(photos).names.length
  const encounters = new Set(photos.flatMap(({ encounter }) => encounter ?? [])).size
  const known = individuals === 0 ? '' : ` of ${counted(individuals, 'individual')}`
  const unnamed = photos.filter(({ identity }) => identity === undefined).length
  const nobody = withWords(unnamed, 'of nobody known', ofField(words, 'identity'), individuals > 0)
  const proposed = photos.filter((photo) => photo.proposed === true).length
  const withoutEncounter = photos.filter(({ encounter }) => encounter === undefined).length
  const none = withWords(withoutEncounter, 'without an encounter', ofField(words, 'encounter'), false)
  return [
    `${counted(photos.length, 'photo')}${individuals > 0 && unnamed > 0 ? `: ${photos.length - unnamed}` : ''}${known}`,
    ...nobody,
    ...(proposed === 0 ? [] : [`${proposed} with a proposed identity, which only train`]),
    ...(encounters === 0 ? [] : [`${counted(encounters, 'encounter')}${from === undefined ? '' : ` ${from}`}`]),
    ...none,
    ...splitCounts(photos),
  ].join(', ')
}

/**
 * `3 of nobody known (2 'NA', 1 empty)`. Words are counted before a detector finds several animals on a photo: their numbers are left out
 * where these are not those of the photos. Without a word a number alone is said where `always`.
 */
function withWords(total: number, what: string, words: readonly WordCount[], always: boolean): string[] {
  if (total === 0 || (words.length === 0 && !always)) return []
  if (words.length === 0) return [`${total} ${what}`]
  const agrees = total === words.reduce((sum, { photos }) => sum + photos, 0)
  const told = words.map(({ word, photos }) =>
    [agrees ? photos : '', word === '' ? 'empty' : `'${word}'`].join(' ').trim(),
  )
  return [`${total} ${what} (${shortList(told)})`]
}

function ofField(words: readonly WordCount[], field: WordCount['field']): readonly WordCount[] {
  return words.filter((word) => word.field === field)
}
