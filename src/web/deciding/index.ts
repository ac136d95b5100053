/**
 * The page for deciding in the browser: photos beside their candidates, decisions by mouse and keys, kept by the browser and saved as CSV.
 * Bundled into one script; nobody imports it, and `report` puts it into its page.
 */
import type { DecidingData } from '../../report/deciding-data.ts'
import { button, download, h } from '../dom.ts'
import type { Picture } from '../model.ts'
import { candidates } from './candidates.ts'
import { decisionsCsv } from './csv.ts'
import { decidedTable } from './decided-table.ts'
import { decisionBar, decisionKey, decisionWords } from './decision-bar.ts'
import { Decisions } from './decisions.ts'
import { Desk, shownName } from './desk.ts'
import { type KeyAction, keysDialog, listenToKeys } from './keys.ts'
import { proposals } from './proposals.ts'
import { decidedOf, questionList } from './question-list.ts'
import { Store } from './store.ts'
import { viewer } from './viewer.ts'

/** The page: its data are JSON in script elements. */
function main(): void {
  const data = JSON.parse(textOf('deciding')) as DecidingData
  const pictures = JSON.parse(textOf('pictures')) as readonly (Picture | null)[]
  const store = new Store(data.id)
  const desk = new Desk(data, new Decisions(data.decided, store, data.kind === 'identify'))
  store.onOther(() => desk.refresh())
  const view = viewer(desk, pictures)
  const [warning, table] = decidedTable(desk)
  const save = saving(desk, store)
  const actions: readonly KeyAction[] = [
    ...decisionWords(desk).map((word): KeyAction => {
      const { key, meaning } = decisionKey(word)
      return { keys: [key], words: meaning, act: () => desk.decide(word) }
    }),
    { keys: ['u'], words: 'undo the last decision', act: () => desk.undo() },
    { keys: ['ArrowRight'], words: 'next candidate', act: () => desk.choose(desk.choice + 1) },
    { keys: ['ArrowLeft'], words: 'candidate before', act: () => desk.choose(desk.choice - 1) },
    {
      keys: ['j'],
      words: data.kind === 'cluster' ? 'next pair' : 'next photo',
      act: () => desk.ask(desk.question + 1),
    },
    {
      keys: ['k'],
      words: data.kind === 'cluster' ? 'pair before' : 'photo before',
      act: () => desk.ask(desk.question - 1),
    },
    ...view.actions,
    { keys: ['w'], words: 'write the decisions to a file (CSV)', act: save.act },
    { keys: ['?'], words: 'these keys', act: () => keys.showModal() },
  ]
  let keysAct = true
  const keys = keysDialog(actions, (on) => {
    keysAct = on
  })
  listenToKeys(actions, () => keysAct)
  const header = h(
    'header',
    {},
    h('h1', { textContent: titleOf(data) }),
    h(
      'div',
      { className: 'row' },
      save.element,
      button('Keys', () => keys.showModal(), 'key ?'),
    ),
    save.note,
  )
  const main = h(
    'main',
    {},
    answer(desk),
    view.element,
    decisionBar(desk),
    warning,
    candidates(desk, pictures),
    table,
    ...(data.clusters.length === 0 ? [] : [proposals(desk, pictures)]),
  )
  const notes = h('footer', {}, ...data.notes.map((text) => h('p', { className: 'note' }, ...withCode(text))))
  document.getElementById('page')!.append(header, questionList(desk), main, notes, keys)
}

const nothingLeft = 'Nothing here lies near the threshold, or all of it was decided: look at the proposals below.'

/** The question's answer in plain words, and buttons to the questions beside it. */
function answer(desk: Desk): HTMLElement {
  const { questions, kind } = desk.data
  const heading = h('h2')
  const words = h('p', { className: 'answer' })
  const thing = kind === 'cluster' ? 'pair' : 'photo'
  const before = button('‹', () => desk.ask(desk.question - 1), `${thing} before, key k`)
  const after = button('›', () => desk.ask(desk.question + 1), `next ${thing}, key j`)
  before.ariaLabel = `${thing} before`
  after.ariaLabel = `next ${thing}`
  const update = () => {
    const { asked, question } = desk
    before.disabled = question === 0
    after.disabled = question >= questions.length - 1
    heading.textContent =
      asked === undefined
        ? 'Nothing to decide'
        : `${question + 1} of ${questions.length}: ${shownName(desk.data.photos[asked.photo]!)}`
    words.textContent = asSentence(asked?.words ?? nothingLeft)
  }
  desk.onChange(update)
  update()
  return h('div', { className: 'question' }, h('div', { className: 'row' }, before, heading, after), words)
}

/** The button that saves, what it does, and what stands beside it: whether the browser keeps decisions that are not saved yet. */
function saving(desk: Desk, store: Store) {
  const { decisions } = desk
  let saved = 0
  const element = button('Save decisions (CSV)', () => act(), 'key w')
  const note = h('p', { className: 'note kept' })
  const update = () => {
    const count = decisions.list().length
    const open = decisions.made - saved
    const kept = store.works
      ? 'This browser keeps them for this page.'
      : 'This browser keeps nothing for this page: save them before you close it.'
    note.textContent = `${count} ${count === 1 ? 'decision' : 'decisions'}; ${decidedOf(desk)}. ${kept}`
    note.classList.toggle('doubt', !store.works && open > 0)
  }
  const act = () => {
    saved = decisions.made
    download('decisions.csv', 'text/csv', decisionsCsv(decisions.list()))
    update()
  }
  addEventListener('beforeunload', (event) => {
    if (!store.works && decisions.made > saved) event.preventDefault()
  })
  decisions.onChange(update)
  update()
  return { element, note, act }
}

function titleOf({ kind, title }: DecidingData): string {
  return kind === 'cluster'
    ? `Which photos of “${title}” show one animal?`
    : `Who is it? Photos beside the known animals of “${title}”`
}

/** What stands between backticks is for a terminal. */
function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, i) => (i % 2 === 0 ? part : h('code', { textContent: part })))
}

/** Begins with a capital letter, except for names: these are as somebody wrote them. */
function asSentence(words: string): string {
  return words.replace(/^(unsure|not|there|could)\b/, (word) => word[0]!.toUpperCase() + word.slice(1))
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? ''
}

main()
