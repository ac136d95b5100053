import { count as counted } from '../../chart/index.ts'
import { h } from '../dom.ts'
import type { Picture } from '../model.ts'
import { type Desk, shownName } from './desk.ts'

/** The photos of each proposed individual. */
export function proposals({ data }: Desk, pictures: readonly (Picture | null)[]): HTMLElement {
  const clusters = data.clusters.map(({ number, photos, count, sure }) => {
    const missing = count - photos.length
    const facts = [counted(count, 'photo'), sure ? 'sure' : 'not sure', missing === 0 ? '' : `${missing} not shown`]
    const words = ` ${facts.filter((fact) => fact !== '').join(' · ')}`
    return h(
      'section',
      { className: 'proposal' },
      h('h3', {}, `Proposal ${number}`, h('span', { className: 'note', textContent: words })),
      h('div', { className: 'strip' }, ...photos.map((photo) => small(data.photos[photo]!, pictures))),
    )
  })
  return h(
    'section',
    { className: 'proposals', ariaLabel: 'proposals' },
    h('h2', { textContent: 'Proposals' }),
    h('div', { className: 'row' }, ...clusters),
  )
}

function small(photo: Desk['data']['photos'][number], pictures: readonly (Picture | null)[]): HTMLElement {
  const [name, { picture }] = [shownName(photo), photo]
  const shown = picture === null ? undefined : pictures[picture]
  const image =
    shown == null
      ? h('span', { className: 'no-photo', textContent: 'no photo' })
      : h('img', {
          src: shown.uri,
          width: shown.width,
          height: shown.height,
          alt: '',
        })
  return h('figure', { className: 'small', title: name }, image, h('figcaption', { textContent: name }))
}
