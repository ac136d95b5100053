import type { ReportData } from '../report/data.ts'
import { h } from './dom.ts'

/** What was measured, on what, and the three scores that matter most. */
export function header({ title, model, data, split, photos, identities, metrics, shared }: ReportData): HTMLElement {
  const which = split === 'all' ? 'all photos' : `${split} photos`
  const origin = shared ? 'a shared report without names' : `${model} · ${data}`
  const numbers = [
    ['identity-balanced mAP', metrics.identityBalancedMap],
    ['mAP', metrics.map],
    ['rank-1', metrics.rank1],
  ] as const
  const words = `${origin}, ${which}: ${photos.length} photos of ${identities.length} individuals`
  const scores = numbers.map(([name, value]) =>
    h('div', {}, h('dt', { textContent: name }), h('dd', { textContent: value.toFixed(3) })),
  )
  return h(
    'header',
    { className: 'top' },
    h('div', {}, h('h1', { textContent: title }), h('p', { className: 'note', textContent: words })),
    h('dl', {}, ...scores),
  )
}
