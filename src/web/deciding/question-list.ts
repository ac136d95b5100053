import type { DecidingQuestion } from '../../report/deciding-data.ts'
import { choice, h } from '../dom.ts'
import { type Desk, type Progress, shownName } from './desk.ts'

const marks = {
  open: ['○', 'open'],
  same: ['✓', 'the same as a candidate'],
  new: ['★', 'not in the gallery'],
  none: ['✗', 'none of the candidates'],
} as const satisfies Readonly<Record<Progress, readonly [mark: string, words: string]>>

const marksOfPairs = {
  ...marks,
  same: ['✓', 'the same'],
  none: ['✗', 'not the same, or cannot tell'],
} as const satisfies Readonly<Record<Progress, readonly [mark: string, words: string]>>

/** Answers that a person is to look at. */
const unsure: readonly DecidingQuestion['answer'][] = ['unsure', 'unmatched']

const answers = {
  known: 'known',
  new: 'not in the gallery',
  unsure: 'unsure',
  unmatched: 'no photo of its flank',
  decided: 'decided before',
  joined: 'one proposal',
  parted: 'two proposals',
} as const satisfies Readonly<Record<DecidingQuestion['answer'], string>>

/** How many questions need no more decisions: one may take several. */
export function decidedOf(desk: Desk): string {
  const { questions, kind } = desk.data
  const decided = questions.filter((question) => desk.progressOf(question) !== 'open').length
  return `${decided} of ${questions.length} ${kind === 'cluster' ? 'pairs' : 'photos'} decided`
}

/** All questions, with what came of them; a click asks one. */
export function questionList(desk: Desk): HTMLElement {
  const { questions, kind } = desk.data
  const words = kind === 'cluster' ? marksOfPairs : marks
  const rows = questions.map((question, i) => {
    const mark = h('span', { className: 'mark' })
    mark.setAttribute('aria-hidden', 'true')
    const told = h('span', { className: 'told' })
    const name = h('span', { className: 'name', textContent: shownName(desk.data.photos[question.photo]!) })
    const button = h('button', { type: 'button', onclick: () => desk.ask(i) }, mark, name, told)
    return { item: h('li', {}, button), button, mark, told, question }
  })
  let only = 'all'
  const filter = choice(
    'Show',
    [
      ['all', 'all'],
      ['open', 'open ones'],
      ['unsure', 'unsure answers'],
    ],
    (value) => {
      only = value
      update()
    },
  )
  const summary = h('summary')
  const list = h(
    'details',
    { className: 'questions' },
    summary,
    filter.element,
    h('ol', {}, ...rows.map(({ item }) => item)),
  )
  const wide = matchMedia('(min-width:801px)')
  const follow = () => {
    list.open = wide.matches
  }
  wide.addEventListener('change', follow)
  follow()
  const update = () => {
    summary.textContent = decidedOf(desk)
    rows.forEach(({ item, button, mark, told, question }, i) => {
      const progress = desk.progressOf(question)
      const isCurrent = i === desk.question
      mark.textContent = words[progress][0]
      const seen = progress === 'open' ? desk.lookedAt(question) : 0
      const looked = seen === 0 ? '' : `, ${seen} looked at`
      told.textContent = progress === 'open' ? `${answers[question.answer]}${looked}` : words[progress][1]
      item.className = `is-${progress}`
      item.hidden =
        !isCurrent &&
        ((only === 'open' && progress !== 'open') || (only === 'unsure' && !unsure.includes(question.answer)))
      if (isCurrent) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    })
    if (wide.matches) rows[desk.question]?.item.scrollIntoView({ block: 'nearest' })
  }
  desk.onChange(update)
  update()
  return h('nav', { ariaLabel: kind === 'cluster' ? 'pairs to decide' : 'photos asked about' }, list)
}
