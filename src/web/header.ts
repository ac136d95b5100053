import type { ReportData } from '../report/data.ts'
import { h } from './dom.ts'

/** What was measured, on what, what was left out, the three scores that matter most, and what speaks against them. */
export function header(data: ReportData): HTMLElement {
  const { metrics, words } = data
  const numbers = [
    ['identity-balanced mAP', metrics.identityBalancedMap],
    ['mAP', metrics.map],
    ['rank-1', metrics.rank1],
  ] as const
  const scores = numbers.map(([name, value]) =>
    h('div', {}, h('dt', { textContent: name }), h('dd', { textContent: value.toFixed(3) })),
  )
  const sentences = [originOf(data), `Scored: ${words.scored}.`, `Left out: ${words.leftOut.join('; ')}.`]
  const warnings = words.warnings.map((text) => h('p', { className: 'doubt', textContent: upper(`${text}.`) }))
  const beside = words.beside === null ? [] : [h('p', { className: 'note', id: 'beside', textContent: words.beside })]
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
  return `${origin}, ${which}${why}: ${photos.length} photos of ${identities.length} individuals.`
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
