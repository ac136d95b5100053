import { button, h } from '../dom.ts'
import type { DecisionWord } from './decisions.ts'
import type { Desk } from './desk.ts'

const words = {
  same: ['Same', 's', 'both photos show one animal'],
  different: ['Different', 'd', 'the photos show two animals'],
  'cannot tell': ['Cannot tell', 'c', 'these photos do not say'],
  new: ['Not in the gallery', 'n', 'the photo shows nobody of the gallery'],
} as const satisfies Readonly<Record<DecisionWord, readonly [label: string, key: string, meaning: string]>>

/** The words that a page has: without known individuals there is no gallery. */
export function decisionWords(desk: Desk): readonly DecisionWord[] {
  return (Object.keys(words) as DecisionWord[]).filter((word) => word !== 'new' || desk.data.kind === 'identify')
}

/** The key that decides so, and what it means. */
export function decisionKey(word: DecisionWord): { readonly key: string; readonly meaning: string } {
  const [label, key, meaning] = words[word]
  return { key, meaning: `${label.toLowerCase()}: ${meaning}` }
}

/** A button for each decision, pressed where it holds, and one that takes the last one back. */
export function decisionBar(desk: Desk): HTMLElement {
  const buttons = decisionWords(desk).map((word) => {
    const [label, key, meaning] = words[word]
    const made = h(
      'button',
      { type: 'button', title: meaning, onclick: () => desk.decide(word) },
      label,
      ' ',
      h('kbd', { textContent: key }),
    )
    made.setAttribute('aria-keyshortcuts', key)
    made.dataset.word = word
    return { word, made }
  })
  const undo = button('Undo', () => desk.undo(), 'take the last decision back')
  undo.append(' ', h('kbd', { textContent: 'u' }))
  undo.setAttribute('aria-keyshortcuts', 'u')
  const said = h('p', { className: 'said', role: 'status' })
  const bar = h('section', { className: 'decide', ariaLabel: 'decide' }, ...buttons.map(({ made }) => made), undo, said)
  const update = () => {
    const { asked, chosen } = desk
    const now = asked === undefined || chosen === undefined ? undefined : desk.decisionOf(asked, chosen)
    for (const { word, made } of buttons) {
      const holds = word === 'new' ? asked !== undefined && desk.isNew(asked) : now === word
      made.ariaPressed = String(holds)
      made.setAttribute('aria-disabled', String(desk.hindrance(word) !== undefined))
    }
    undo.disabled = desk.decisions.made === 0
    said.textContent = desk.said
  }
  desk.onChange(update)
  update()
  return bar
}
