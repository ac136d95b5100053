import { basename } from 'node:path'
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
  const known = individuals === 0 ? '' : ` of ${count(individuals, 'individual')}`
  const unnamed = individuals === 0 ? 0 : photos.filter(({ identity }) => identity === undefined).length
  const nobody = ofField(words, 'identity', 'of nobody known')
  if (nobody.length === 0 && unnamed > 0) nobody.push(`${unnamed} of nobody known`)
  const none = ofField(words, 'encounter', 'without an encounter')
  return [
    `${count(photos.length, 'photo')}${known}`,
    ...nobody,
    ...(encounters === 0 ? [] : [`${count(encounters, 'encounter')}${from === undefined ? '' : ` ${from}`}`]),
    ...none,
    ...splitCounts(photos),
  ].join(', ')
}

/** `3 of nobody known (2 'NA', 1 empty)`. */
function ofField(words: readonly WordCount[], field: WordCount['field'], what: string): string[] {
  const own = words.filter((word) => word.field === field)
  if (own.length === 0) return []
  const total = own.reduce((sum, { photos }) => sum + photos, 0)
  return [
    `${total} ${what} (${shortList(own.map(({ word, photos }) => `${photos} ${word === '' ? 'empty' : `'${word}'`}`))})`,
  ]
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}
