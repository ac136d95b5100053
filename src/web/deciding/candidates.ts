import { h } from '../dom.ts'
import type { Picture } from '../model.ts'
import type { DecisionWord } from './decisions.ts'
import type { Desk } from './desk.ts'

const marks: Readonly<Record<DecisionWord, string>> = { same: '✓', different: '✗', 'cannot tell': '?', new: '★' }

/** The candidates of the question, a row of small photos for each individual; a click puts one beside the question. */
export function candidates(desk: Desk, pictures: readonly (Picture | null)[]): HTMLElement {
  const element = h('section', { className: 'candidates', ariaLabel: 'candidates' })
  const update = () => {
    const { asked } = desk
    if (asked === undefined) return
    let place = 0
    const groups = asked.groups.map((group) => {
      const photos = group.photos.map((candidate) => {
        const at = place++
        const { name, flank, picture } = desk.data.photos[candidate.photo]!
        const decided = desk.decisionOf(asked, { group, candidate })
        const small = picture === null ? undefined : pictures[picture]
        const image =
          small == null
            ? h('span', { className: 'no-photo', textContent: 'no photo' })
            : h('img', { src: small.uri, alt: '', width: small.width, height: small.height })
        const verdict = h('span', { className: 'verdict', textContent: decided === undefined ? '' : marks[decided] })
        const button = h(
          'button',
          { type: 'button', className: 'candidate', onclick: () => desk.choose(at) },
          image,
          verdict,
        )
        const told = [group.name, flank, candidate.words, decided === undefined ? '' : `decided: ${decided}`, name]
        button.ariaLabel = told.filter((text) => text !== '').join(', ')
        button.title = button.ariaLabel
        button.ariaPressed = String(at === desk.choice)
        if (decided !== undefined) button.dataset.decided = decided
        return button
      })
      return h(
        'section',
        { className: desk.isSettled(asked, group) ? 'group settled' : 'group' },
        h(
          'h3',
          {},
          h('bdi', { textContent: group.name }),
          h('span', { className: 'note', textContent: ` ${group.words}` }),
        ),
        ...(group.placeTime === '' ? [] : [h('p', { className: 'note', textContent: group.placeTime })]),
        h('div', { className: 'strip' }, ...photos),
      )
    })
    const { isNew } = asked
    if (isNew !== null) {
      const words = h('span', { className: 'note', textContent: ` ${isNew.words}` })
      const heading = h('h3', {}, 'Not in the gallery', words)
      groups.splice(isNew.place, 0, h('section', { className: 'group' }, heading))
    }
    const isFocused = element.contains(document.activeElement)
    element.replaceChildren(...groups)
    if (isFocused) element.querySelectorAll('button')[desk.choice]?.focus()
  }
  desk.onChange(update)
  update()
  return element
}
