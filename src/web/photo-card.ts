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

/** What a photo is to the query beside which it stands: one file under two names is neither right nor wrong. */
export type Answer = 'right' | 'wrong' | 'same-file'

const marks = {
  right: ['✓', 'right'],
  wrong: ['✗', 'wrong'],
  'same-file': ['=', 'the same file under another name'],
} as const satisfies Record<Answer, readonly [mark: string, title: string]>

export function answerOf(model: Model, query: number, photo: number): Answer {
  if (model.sameFile(query, photo)) return 'same-file'
  return model.same(query, photo) ? 'right' : 'wrong'
}

/** A photo that can be clicked, with ✓, ✗ or = where it answers a query. */
export function photoButton(
  model: Model,
  photo: number,
  lines: readonly string[],
  onclick: () => void,
  answer?: Answer,
): HTMLButtonElement {
  const className = `photo ${answer === undefined ? '' : `is-${answer}`}`
  const made = h(
    'button',
    { type: 'button', className, onclick },
    pictureOf(model, photo),
    ...(answer === undefined ? [] : [verdictOf(answer)]),
    ...lines.map((line) => h('span', { textContent: line })),
    ...(answer === 'same-file' ? [h('strong', { textContent: 'the same file' })] : []),
  )
  made.dataset.photo = String(photo)
  return made
}

function verdictOf(answer: Answer): HTMLElement {
  const [textContent, title] = marks[answer]
  return h('span', { className: 'verdict', textContent, title })
}
