import { h } from './dom.ts'
import { type View, views } from './link.ts'

const words: Readonly<Record<View, string>> = { map: 'Map', photos: 'Photos', heat: 'Heat map', numbers: 'Numbers' }

/** One view at a time. Each is made when it is first shown: nobody waits for what they do not look at. */
export class Tabs {
  /** What goes into the page. */
  readonly elements: readonly HTMLElement[]
  shown: View = 'map'
  /** Called when another view is shown. */
  onChange: (() => void) | undefined
  readonly #makers: Readonly<Record<View, () => HTMLElement>>
  readonly #panels = new Map<View, HTMLElement>()
  readonly #content = h('div', { className: 'content' })
  readonly #buttons: readonly HTMLButtonElement[]

  constructor(makers: Readonly<Record<View, () => HTMLElement>>) {
    this.#makers = makers
    this.#buttons = views.map((view) => {
      const made = h('button', { type: 'button', role: 'tab', id: `tab-${view}`, textContent: words[view] })
      made.onclick = () => this.show(view)
      made.setAttribute('aria-controls', `panel-${view}`)
      return made
    })
    const list = h('nav', { role: 'tablist', ariaLabel: 'views' }, ...this.#buttons)
    list.onkeydown = ({ key }) => {
      const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
      if (by !== 0) this.#step(by)
    }
    this.elements = [list, this.#content]
  }

  show(view: View): void {
    const shown = this.make(view)
    for (const panel of this.#panels.values()) panel.hidden = panel !== shown
    for (const [i, other] of views.entries()) {
      this.#buttons[i]!.ariaSelected = String(other === view)
      this.#buttons[i]!.tabIndex = other === view ? 0 : -1
    }
    this.shown = view
    this.onChange?.()
  }

  /** The view's panel; hidden where it is new. */
  make(view: View): HTMLElement {
    const there = this.#panels.get(view)
    if (there !== undefined) return there
    const panel = h('section', { role: 'tabpanel', id: `panel-${view}`, className: 'panel' }, this.#makers[view]())
    panel.setAttribute('aria-labelledby', `tab-${view}`)
    panel.hidden = true
    const after = views.slice(views.indexOf(view) + 1).find((later) => this.#panels.has(later))
    this.#content.insertBefore(panel, after === undefined ? null : this.#panels.get(after)!)
    this.#panels.set(view, panel)
    return panel
  }

  #step(by: number): void {
    const next = (views.indexOf(this.shown) + by + views.length) % views.length
    this.show(views[next]!)
    this.#buttons[next]!.focus()
  }
}
