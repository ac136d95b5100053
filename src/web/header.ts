import { count } from '../chart/index.ts'
import type { ReportData } from '../report/data.ts'
import { h } from './dom.ts'
import { besideScore, intervalWords } from './score-words.ts'

/** What was measured, on what, what was left out, the three scores that matter most, and what speaks against them. */
export function header(data: ReportData): HTMLElement {
  const { metrics, words } = data
  const numbers = [
    ['identity-balanced mAP', 'identityBalancedMap'],
    ['mAP', 'map'],
    ['rank-1', 'rank1'],
  ] as const
  const scores = numbers.map(([name, key]) =>
    h(
      'div',
      {},
      h('dt', { textContent: name }),
      h('dd', { textContent: metrics[key].toFixed(3) }),
      h('dd', { className: 'beside', textContent: besideScore(data, key, 2) }),
    ),
  )
  const sentences = [originOf(data), `Scored: ${words.scored}.`, `Left out: ${words.leftOut.join('; ')}.`]
  const leakage = data.trainedOn?.leakage ?? []
  if (leakage.length > 0) sentences.push(`The run’s split: ${leakage.join('; ')}.`)
  const warnings = words.warnings.map((text) => h('p', { className: 'doubt', textContent: upper(`${text}.`) }))
  const beside = [
    h('p', { className: 'note', id: 'intervals', textContent: intervalWords(data) }),
    ...(words.beside === null ? [] : [h('p', { className: 'note', id: 'beside', textContent: words.beside })]),
  ]
  return h(
    'header',
    { className: 'top' },
    h(
      'div',
      { className: 'scored' },
      h('h1', { textContent: data.title }),
      ...sentences.map((textContent) => h('p', { className: 'note', textContent })),
      ...warnings,
    ),
    h('div', { className: 'headline' }, h('dl', {}, ...scores), ...beside),
  )
}

/** Model, dataset, which of its photos, and why these. */
function originOf({ model, data, split, reason, photos, identities, shared }: ReportData): string {
  const which = split === 'all' ? 'all photos' : `${split} photos`
  const why = reason === '' ? '' : ` (${reason})`
  const origin = shared ? 'A shared report without names' : `${model} · ${data}`
  return `${origin}, ${which}${why}: ${count(photos.length, 'photo')} of ${count(identities.length, 'individual')}.`
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
