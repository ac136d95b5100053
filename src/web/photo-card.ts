import { h } from './dom.ts'
import type { Model } from './model.ts'

/** A photo's picture, or a plain box in a report without photos. */
export function pictureOf(model: Model, photo: number): HTMLElement {
  const picture = model.pictures[photo]
  if (picture === undefined) return h('span', { className: 'no-photo', textContent: model.labelOf(photo) })
  const { uri, width, height } = picture
  const image = h('img', {
    src: uri,
    width,
    height,
    alt: `${model.nameOf(photo)}, ${model.labelOf(photo)}`,
    draggable: false,
  })
  image.decoding = 'async'
  return image
}

/** Picture, name and facts of a photo, as tooltips and dialogs show it. */
export function photoCard(model: Model, photo: number): HTMLElement {
  const [label, ...facts] = model.factsOf(photo)
  return h(
    'figure',
    { className: 'card' },
    pictureOf(model, photo),
    h(
      'figcaption',
      {},
      h('strong', { textContent: model.nameOf(photo) }),
      h('span', { className: 'file', textContent: label! }),
      ...facts.map((fact) => h('span', { textContent: fact })),
    ),
  )
}

/** A photo that can be clicked, with ✓ or ✗ where it answers a query. */
export function photoButton(
  model: Model,
  photo: number,
  lines: readonly string[],
  onclick: () => void,
  verdict?: boolean,
): HTMLButtonElement {
  const className = `photo ${verdict === undefined ? '' : verdict ? 'is-right' : 'is-wrong'}`
  const mark =
    verdict === undefined
      ? []
      : [h('span', { className: 'verdict', textContent: verdict ? '✓' : '✗', title: verdict ? 'right' : 'wrong' })]
  const made = h(
    'button',
    { type: 'button', className, onclick },
    pictureOf(model, photo),
    ...mark,
    ...lines.map((line) => h('span', { textContent: line })),
  )
  made.dataset.photo = String(photo)
  return made
}
