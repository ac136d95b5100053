import { button, h } from '../dom.ts'
import { contradictions } from './contradictions.ts'
import type { Desk } from './desk.ts'

/** All decisions that hold, each with a button that takes it back; and above them what cannot all be true. */
export function decidedTable(desk: Desk): readonly [warning: HTMLElement, table: HTMLElement] {
  const warning = h('section', { className: 'doubts', role: 'alert' })
  const summary = h('summary')
  const body = h('tbody')
  const head = h(
    'tr',
    {},
    ...['photo', 'other photo', 'decision', ''].map((textContent) => h('th', { scope: 'col', textContent })),
  )
  const table = h('details', { className: 'decided' }, summary, h('table', {}, h('thead', {}, head), body))
  const update = () => {
    const list = desk.decisions.list()
    summary.textContent = `Decisions: ${list.length}`
    const found = contradictions(desk.data, list)
    warning.hidden = found.length === 0
    const told = found.length === 0 ? [] : [h('strong', { textContent: 'These decisions contradict each other:' })]
    warning.replaceChildren(...told, ...found.map((textContent) => h('p', { textContent })))
    if (table.open) fill()
  }
  const fill = () => {
    const rows = desk.decisions.list().map(({ photo, other, decision }) => {
      const back = button('Take back', () => desk.takeBack({ photo, other }))
      back.ariaLabel = `take back: ${photo} ${other} ${decision}`
      const cells = [photo, other, decision].map((textContent) => h('td', { textContent }))
      return h('tr', {}, ...cells, h('td', {}, back))
    })
    body.replaceChildren(...rows)
  }
  table.addEventListener('toggle', () => table.open && fill())
  const onPaper = () => {
    table.open = true
    fill()
  }
  addEventListener('beforeprint', onPaper)
  matchMedia('print').addEventListener('change', onPaper)
  desk.onChange(update)
  update()
  return [warning, table]
}
