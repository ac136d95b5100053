import { count } from '../chart/index.ts'
import { button, choice, h } from './dom.ts'
import type { Links } from './link.ts'
import { searchPhotos } from './map-tab.ts'
import type { Model } from './model.ts'
import { type Filters, filtered, firstRight, mistakes, noFilters } from './neighbours.ts'
import { answerOf, photoButton, photoCard } from './photo-card.ts'
import type { Ranked } from './ranking.ts'

const shownAtOnce = 24

/** Any photo with its neighbours: filters, mistakes worst first, pairs side by side. */
export function photosTab(model: Model, links: Links, compare: (a: number, b: number) => void): HTMLElement {
  let filters = noFilters
  let shown = shownAtOnce
  const query = h('div', { id: 'query' })
  const heading = h('h2', { id: 'neighbours-heading', ariaLive: 'polite' })
  const right = h('p', { id: 'first-right', className: 'row' })
  const results = h('div', { className: 'photos', id: 'neighbours' })
  const more = button('Show more', () => {
    shown += shownAtOnce
    update()
  })
  const neighbour = ({ photo: other, similarity, places, rank }: Ranked) => {
    const place = rank === undefined ? 'later' : `${rank}.`
    const agree = places === undefined ? '' : `, ${count(places, 'place')}`
    const facts = [`${place} ${similarity.toFixed(4)}${agree}`, model.nameOf(other), model.labelOf(other)]
    return photoButton(
      model,
      other,
      facts,
      () => compare(model.selected, other),
      answerOf(model, model.selected, other),
    )
  }
  /** Shows as many as it takes, brings the photo into view and gives it the focus. */
  const jumpTo = (photo: number) => {
    const at = filtered(model, model.selected, filters).findIndex((ranked) => ranked.photo === photo)
    shown = Math.max(shown, Math.ceil((at + 1) / shownAtOnce) * shownAtOnce)
    update()
    const found = results.querySelector<HTMLElement>(`[data-photo="${photo}"]`)
    found?.scrollIntoView({ block: 'center' })
    found?.focus({ preventScroll: true })
  }
  const update = () => {
    const photo = model.selected
    const found = filtered(model, photo, filters)
    const link = h('a', {
      href: links.fragment({ view: 'photos', photo, match: undefined }),
      textContent: 'Link to this photo',
    })
    query.replaceChildren(photoCard(model, photo), link)
    const which = model.ranking.whole ? '' : 'of those in this report '
    heading.textContent = `Most similar photos (${which}${found.length} pass the filters)`
    right.replaceChildren(...firstRightLine(model, found, jumpTo))
    results.replaceChildren(...found.slice(0, shown).map(neighbour))
    more.hidden = found.length <= shown
  }
  model.onChange(() => {
    shown = shownAtOnce
    update()
  })
  const change = (changed: Partial<Filters>) => {
    filters = { ...filters, ...changed }
    update()
  }
  update()
  return h(
    'div',
    { className: 'with-side reversed' },
    h(
      'aside',
      {},
      mistakeSteps(model),
      finder(model),
      explainedMatches(model, compare),
      query,
      ...filterChoices(model, change),
    ),
    h('section', { className: 'scroll' }, heading, right, results, more),
  )
}

/** Where the first photo of the query's individual stands, and a way to it. */
function firstRightLine(model: Model, found: readonly Ranked[], jumpTo: (photo: number) => void): (Node | string)[] {
  const first = firstRight(model, model.selected)
  if (first === undefined) {
    const alone = model.data.perIdentity[model.photo(model.selected).identity]!.photos < 2
    return [alone ? 'no other photo of this individual' : 'first right photo: not in this report']
  }
  const place = first.rank === undefined ? 'after those that the report ranks' : `rank ${first.rank}`
  const words = `first right photo: ${place}`
  const passes = found.some(({ photo }) => photo === first.photo)
  return passes ? [words, button('Go to it', () => jumpTo(first.photo))] : [`${words} (does not pass the filters)`]
}

/** Goes from mistake to mistake, the worst first. */
function mistakeSteps(model: Model): HTMLElement {
  const wrong = mistakes(model)
  const place = h('span', { className: 'note', id: 'mistake-place', ariaLive: 'polite' })
  const step = (by: number) => {
    if (wrong.length === 0) return
    const at = wrong.indexOf(model.selected)
    model.select(wrong[at < 0 ? 0 : (at + by + wrong.length) % wrong.length]!)
  }
  const update = () => {
    const at = wrong.indexOf(model.selected)
    const many = count(wrong.length, 'mistake')
    const nearest = model.data.neighbours[model.selected]!.photos[0]
    const oneFile = at >= 0 && nearest !== undefined && model.sameFile(model.selected, nearest)
    const why = oneFile ? '; the same file stands under two individuals' : ''
    place.textContent =
      wrong.length === 0 ? 'no mistakes' : at < 0 ? many : `mistake ${at + 1} of ${wrong.length}, worst first${why}`
  }
  model.onChange(update)
  update()
  const [back, on] = [button('◀ mistake', () => step(-1)), button('mistake ▶', () => step(1))]
  return h('div', { className: 'row' }, back, on, place)
}

function filterChoices(model: Model, change: (changed: Partial<Filters>) => void): HTMLElement[] {
  const splits = [...new Set(model.data.photos.map(({ split }) => split))].sort()
  const kinds = (same: string, other: string) =>
    [
      ['all', 'all'],
      ['same', same],
      ['other', other],
    ] as const
  const wanted = (value: string) => (value === 'same' || value === 'other' ? value : 'all')
  return [
    choice('Individual', kinds('the same', 'others'), (value) => change({ identity: wanted(value) })),
    choice('Split', [['all', 'all'], ...splits.map((split) => [split, split] as const)], (split) => change({ split })),
    choice('Encounter', kinds('the same', 'other ones'), (value) => change({ encounter: wanted(value) })),
    choice('Flank', kinds('the same', 'other ones'), (value) => change({ flank: wanted(value) })),
  ].map(({ element }) => element)
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
