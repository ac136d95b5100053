import { chosenList } from './chosen-list.ts'
import { type Coloring, colourings } from './colours.ts'
import { button, choice, h } from './dom.ts'
import { Legend } from './legend.ts'
import { MapCanvas, type MapMode } from './map-canvas.ts'
import type { Model } from './model.ts'

/** The map with its controls and the list of chosen photos. It opens on t-SNE, which keeps neighbours together. */
export function mapTab(model: Model, openPhoto: (photo: number) => void): HTMLElement {
  const { projections } = model.data
  if (projections.length === 0) return h('p', { textContent: 'No projection in this report.' })
  const map = new MapCanvas(model)
  const legend = new Legend(model)
  map.onColours = (colours) => legend.show(colours)
  const coloring = choice('Colour by', colourings, (value) => legend.show(map.colour(value as Coloring)))
  const mode = choice(
    'Drag to',
    [
      ['move', 'move'],
      ['box', 'choose in a box'],
      ['lasso', 'choose in a lasso'],
    ],
    (value) => {
      map.mode = value as MapMode
    },
  )
  const names = h('input', { type: 'checkbox', checked: true })
  names.onchange = () => {
    map.named = names.checked
  }
  legend.show(map.colour('identity'))
  return h(
    'div',
    { className: 'with-side' },
    map.layers.element,
    h(
      'aside',
      {},
      ...projectionSwitch(model, map),
      coloring.element,
      legend.element,
      h('label', {}, names, 'Names on the map'),
      mode.element,
      searchBox(model, map),
      h(
        'div',
        { className: 'row' },
        button('Whole map', () => map.whole()),
      ),
      chosenList(model, openPhoto),
    ),
  )
}

/** A button for each projection, and what can be said of the one that is shown. */
function projectionSwitch({ data: { projections } }: Model, map: MapCanvas): HTMLElement[] {
  const note = h('p', { className: 'note' })
  const buttons = projections.map(({ title }, i) => button(title, () => show(i)))
  const show = (index: number) => {
    for (const [k, other] of buttons.entries()) other.ariaPressed = String(k === index)
    note.textContent = projections[index]!.note
    map.project(index)
  }
  show(
    Math.max(
      0,
      projections.findIndex(({ name }) => name === 'tsne'),
    ),
  )
  return [h('div', { className: 'switch', role: 'group', ariaLabel: 'projection' }, ...buttons), note]
}

function searchBox(model: Model, map: MapCanvas): HTMLElement {
  const count = h('span', { className: 'note', ariaLive: 'polite' })
  const input = h('input', { type: 'search', placeholder: 'individual or file' })
  input.oninput = () => {
    const words = input.value.trim().toLowerCase()
    const found = words === '' ? [] : searchPhotos(model, words)
    map.highlight(found)
    count.textContent = words === '' ? '' : `${found.length} found, ringed`
  }
  input.onkeydown = ({ key }) => {
    if (key === 'Enter' && input.value.trim() !== '')
      model.choose(searchPhotos(model, input.value.trim().toLowerCase()))
  }
  return h('label', {}, 'Search ', input, count)
}

/** Photos whose individual or file has these letters. */
export function searchPhotos(model: Model, words: string): number[] {
  return model.data.photos.flatMap(({ file }, i) =>
    model.nameOf(i).toLowerCase().includes(words) || file.toLowerCase().includes(words) ? [i] : [],
  )
}
