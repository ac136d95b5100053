import { markCorners } from '../chart/index.ts'
import { type Coloring, colourings, type Mark } from './colours.ts'
import { button, choice, h } from './dom.ts'
import { MapCanvas, type MapMode } from './map-canvas.ts'
import type { Model } from './model.ts'
import { photoButton } from './photo-card.ts'

const listed = 120

/** The map with its controls and the list of chosen photos. */
export function mapTab(model: Model, openPhoto: (photo: number) => void): HTMLElement {
  const { projections } = model.data
  if (projections.length === 0) return h('p', { textContent: 'No projection in this report.' })
  const map = new MapCanvas(model)
  const note = h('p', { className: 'note' })
  const project = (index: number) => {
    map.project(index)
    note.textContent = projections[index]!.note
  }
  const switcher = h('div', { className: 'switch', role: 'group', ariaLabel: 'projection' })
  const buttons = projections.map(({ title }, i) =>
    button(title, () => {
      for (const [k, other] of buttons.entries()) other.ariaPressed = String(k === i)
      project(i)
    }),
  )
  switcher.append(...buttons)
  buttons[0]!.ariaPressed = 'true'
  note.textContent = projections[0]!.note
  const legend = h('ul', { className: 'legend' })
  const recolour = (coloring: Coloring) => {
    const colours = map.colour(coloring)
    legend.replaceChildren(
      ...colours.legend.map(({ meaning, ...mark }) => h('li', {}, legendMark(mark), meaning)),
      ...(colours.note === '' ? [] : [h('li', { textContent: colours.note })]),
    )
  }
  const coloring = choice('Colour by', colourings, (value) => recolour(value as Coloring))
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
  recolour('identity')
  return h(
    'div',
    { className: 'with-side' },
    map.layers.element,
    h(
      'aside',
      {},
      switcher,
      note,
      coloring.element,
      legend,
      mode.element,
      searchBox(model, map),
      h(
        'div',
        { className: 'row' },
        button('Whole map', () => map.whole()),
        button('Choose none', () => model.choose([])),
      ),
      chosenList(model, openPhoto),
    ),
  )
}

function legendMark({ colour, shape }: Mark): HTMLElement {
  const made = h('span', { className: 'dot' })
  made.style.background = colour
  const corners = markCorners[shape]!.map(([x, y]) => `${50 + 10 * x}% ${50 + 10 * y}%`)
  if (corners.length > 0) {
    made.style.borderRadius = '0'
    made.style.clipPath = `polygon(${corners.join(', ')})`
  }
  return made
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

function chosenList(model: Model, openPhoto: (photo: number) => void): HTMLElement {
  const count = h('h2', { id: 'chosen-count', ariaLive: 'polite' })
  const list = h('div', { className: 'photos small', id: 'chosen' })
  const update = () => {
    const { chosen } = model
    count.textContent =
      chosen.length === 0
        ? 'No photo chosen'
        : chosen.length === 1
          ? '1 photo chosen'
          : `${chosen.length} photos chosen`
    const more = chosen.length - listed
    list.replaceChildren(
      ...chosen
        .slice(0, listed)
        .map((photo) => photoButton(model, photo, [model.nameOf(photo), model.labelOf(photo)], () => openPhoto(photo))),
      ...(more > 0 ? [h('p', { className: 'note', textContent: `and ${more} more` })] : []),
    )
  }
  model.onChange(update)
  update()
  return h('section', {}, count, list)
}
