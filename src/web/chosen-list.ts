import { count as countOf } from '../chart/index.ts'
import { button, download, h } from './dom.ts'
import type { Model } from './model.ts'
import { photoButton } from './photo-card.ts'

const listed = 120

/** The chosen photos: how many, which, and their rows of map.csv to take along. */
export function chosenList(model: Model, openPhoto: (photo: number) => void): HTMLElement {
  const count = h('h2', { id: 'chosen-count', ariaLive: 'polite' })
  const list = h('div', { className: 'photos small', id: 'chosen' })
  const save = button('Chosen as CSV', () => download('chosen.csv', 'text/csv', chosenCsv(model)))
  const none = button('Choose none', () => model.choose([]))
  const update = () => {
    const { chosen } = model
    count.textContent =
      chosen.length === 0
        ? 'No photo chosen'
        : chosen.length === 1
          ? '1 photo chosen'
          : `${countOf(chosen.length, 'photo')} chosen`
    const more = chosen.length - listed
    save.disabled = none.disabled = chosen.length === 0
    list.replaceChildren(
      ...chosen
        .slice(0, listed)
        .map((photo) => photoButton(model, photo, [model.nameOf(photo), model.labelOf(photo)], () => openPhoto(photo))),
      ...(more > 0 ? [h('p', { className: 'note', textContent: `and ${more} more` })] : []),
    )
  }
  model.onChange(update)
  update()
  return h('section', {}, count, h('div', { className: 'row' }, save, none), list)
}

/** The header of map.csv and the chosen photos' lines. */
function chosenCsv({ files: { map }, chosen }: Model): string {
  return [map[0]!, ...chosen.map((photo) => map[photo + 1]!)].join('')
}
