import { button, choice, h } from './dom.ts'
import { searchPhotos } from './map-tab.ts'
import type { Model } from './model.ts'
import { photoButton, photoCard } from './photo-card.ts'
import type { Ranked } from './ranking.ts'

const shownAtOnce = 24

/** Which photos of a ranking are shown. */
export interface Filters {
  readonly identity: 'all' | 'same' | 'other'
  readonly split: string
  readonly encounter: 'all' | 'same' | 'other'
  readonly flank: 'all' | 'same' | 'other'
}

export const noFilters: Filters = { identity: 'all', split: 'all', encounter: 'all', flank: 'all' }

/** The photos of `query`'s ranking that pass the filters. What is not known of a photo is equal to nothing. */
export function filtered(model: Model, query: number, filters: Filters): Ranked[] {
  const asked = model.photo(query)
  const passes = (wanted: 'all' | 'same' | 'other', same: boolean) => wanted === 'all' || same === (wanted === 'same')
  const { excludeSame } = model.data.metrics
  const inGallery = (other: number) =>
    excludeSame === null ||
    asked.encounter === '' ||
    !(model.same(query, other) && model.photo(other).encounter === asked.encounter)
  return model.ranking.order(query, inGallery).filter(({ photo }) => {
    const other = model.photo(photo)
    return (
      passes(filters.identity, model.same(query, photo)) &&
      passes(filters.encounter, asked.encounter !== '' && other.encounter === asked.encounter) &&
      passes(filters.flank, asked.flank !== '' && other.flank === asked.flank) &&
      (filters.split === 'all' || other.split === filters.split)
    )
  })
}

/** Queries whose nearest photo is wrong, the lowest AP first. */
export function mistakes({ data: { photos } }: Model): number[] {
  const wrong = photos.flatMap(({ rank1, ap }, i) => (rank1 === false ? [{ i, ap: ap ?? 0 }] : []))
  return wrong.sort((a, b) => a.ap - b.ap || a.i - b.i).map(({ i }) => i)
}

/** Any photo with its neighbours: filters, mistakes worst first, pairs side by side. */
export function photosTab(model: Model, compare: (a: number, b: number) => void): HTMLElement {
  const wrong = mistakes(model)
  let filters = noFilters
  let shown = shownAtOnce
  const query = h('div', { id: 'query' })
  const heading = h('h2', { id: 'neighbours-heading', ariaLive: 'polite' })
  const results = h('div', { className: 'photos', id: 'neighbours' })
  const place = h('span', { className: 'note', id: 'mistake-place', ariaLive: 'polite' })
  const more = button('Show more', () => {
    shown += shownAtOnce
    update()
  })
  const step = (by: number) => {
    if (wrong.length === 0) return
    const at = wrong.indexOf(model.selected)
    model.select(wrong[at < 0 ? 0 : (at + by + wrong.length) % wrong.length]!)
  }
  const update = () => {
    const photo = model.selected
    const found = filtered(model, photo, filters)
    query.replaceChildren(photoCard(model, photo))
    const which = model.ranking.whole ? '' : 'of those in this report '
    heading.textContent = `Most similar photos (${which}${found.length} pass the filters)`
    results.replaceChildren(
      ...found.slice(0, shown).map(({ photo: other, similarity, rank }) => {
        const place = rank === undefined ? 'later' : `${rank}.`
        const facts = [`${place} ${similarity.toFixed(4)}`, model.nameOf(other), model.labelOf(other)]
        return photoButton(model, other, facts, () => compare(photo, other), model.same(photo, other))
      }),
    )
    more.hidden = found.length <= shown
    const at = wrong.indexOf(photo)
    place.textContent =
      wrong.length === 0
        ? 'no mistakes'
        : at < 0
          ? `${wrong.length} mistakes`
          : `mistake ${at + 1} of ${wrong.length}, worst first`
  }
  model.onChange(() => {
    shown = shownAtOnce
    update()
  })
  const filter = (key: keyof Filters, label: string, options: readonly (readonly [string, string])[]) =>
    choice(label, options, (value) => {
      filters = { ...filters, [key]: value }
      update()
    }).element
  const splits = [...new Set(model.data.photos.map(({ split }) => split))].sort()
  update()
  return h(
    'div',
    { className: 'with-side reversed' },
    h(
      'aside',
      {},
      h(
        'div',
        { className: 'row' },
        button('◀ mistake', () => step(-1)),
        button('mistake ▶', () => step(1)),
        place,
      ),
      finder(model),
      explainedMatches(model, compare),
      query,
      filter('identity', 'Individual', [
        ['all', 'all'],
        ['same', 'the same'],
        ['other', 'others'],
      ]),
      filter('split', 'Split', [['all', 'all'], ...splits.map((split) => [split, split] as const)]),
      filter('encounter', 'Encounter', [
        ['all', 'all'],
        ['other', 'other ones'],
        ['same', 'the same'],
      ]),
      filter('flank', 'Flank', [
        ['all', 'all'],
        ['same', 'the same'],
        ['other', 'other ones'],
      ]),
    ),
    h('section', { className: 'scroll' }, heading, results, more),
  )
}

/** A choice among the matches that the report explains. */
function explainedMatches(model: Model, compare: (a: number, b: number) => void): HTMLElement {
  const { explanations } = model.data
  if (explanations.length === 0) return h('span', { hidden: true })
  const words = explanations.map(({ query, match }, i) => {
    const verdict = model.same(query, match) ? '✓' : '✗'
    return [String(i), `${verdict} ${model.nameOf(query)}, ${model.labelOf(query)}`] as const
  })
  const { element, select } = choice('Explained matches', [['', 'choose one'], ...words], (value) => {
    const chosen = explanations[Number(value)]
    if (value === '' || chosen === undefined) return
    model.select(chosen.query)
    compare(chosen.query, chosen.match)
    select.value = ''
  })
  return element
}

const offered = 12

/** A search whose finds can be chosen as the query. */
function finder(model: Model): HTMLElement {
  const list = h('div', { className: 'photos small' })
  const input = h('input', { type: 'search', placeholder: 'individual or file' })
  input.oninput = () => {
    const words = input.value.trim().toLowerCase()
    const found = words === '' ? [] : searchPhotos(model, words)
    list.replaceChildren(
      ...found
        .slice(0, offered)
        .map((photo) =>
          photoButton(model, photo, [model.nameOf(photo), model.labelOf(photo)], () => model.select(photo)),
        ),
    )
  }
  return h('div', {}, h('label', {}, 'Find ', input), list)
}
