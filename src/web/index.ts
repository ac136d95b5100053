/**
 * The report page in the browser: the map, the photos, the heat map and the numbers of one report, whose data are in the page.
 * Bundled into one script; nobody imports it, and `report` puts it into its page.
 */
import type { ReportData } from '../report/data.ts'
import { Compare } from './compare.ts'
import { h } from './dom.ts'
import { heatTab } from './heat-tab.ts'
import { mapTab } from './map-tab.ts'
import { type Files, Model, type Picture } from './model.ts'
import { numbersTab } from './numbers-tab.ts'
import { mistakes, photosTab } from './photos-tab.ts'

/** The page: its data are JSON in two script elements, its charts SVG in a template. */
function main(): void {
  const data = JSON.parse(textOf('report')) as ReportData
  const pictures = JSON.parse(textOf('pictures')) as readonly Picture[]
  const model = new Model(data, pictures, JSON.parse(textOf('files')) as Files)
  const worst = mistakes(model)[0]
  if (worst !== undefined) model.selected = worst
  const compare = new Compare(model)
  const openPair = (a: number, b: number) => compare.open(a, b)
  const openPhoto = (photo: number) => {
    model.select(photo)
    show('photos')
  }
  const template = document.getElementById('charts') as HTMLTemplateElement
  const makers: Readonly<Record<TabName, () => HTMLElement>> = {
    map: () => mapTab(model, openPhoto),
    photos: () => photosTab(model, openPair),
    heat: () => heatTab(model, openPair),
    numbers: () =>
      numbersTab(model, template.content, (identity) => {
        model.choose(data.photos.flatMap((photo, i) => (photo.identity === identity ? [i] : [])))
        show('map')
      }),
  }
  const panels = new Map<TabName, HTMLElement>()
  const buttons = tabs.map(([name, words]) => {
    const made = h('button', {
      type: 'button',
      role: 'tab',
      id: `tab-${name}`,
      textContent: words,
      onclick: () => show(name),
    })
    made.setAttribute('aria-controls', `panel-${name}`)
    return made
  })
  /** Made when first shown: nobody waits for what they do not look at. */
  const panelOf = (name: TabName): HTMLElement => {
    let panel = panels.get(name)
    if (panel === undefined) {
      panel = h('section', { role: 'tabpanel', id: `panel-${name}`, className: 'panel' }, makers[name]())
      panel.setAttribute('aria-labelledby', `tab-${name}`)
      panels.set(name, panel)
      content.append(panel)
    }
    return panel
  }
  const show = (name: TabName) => {
    const shown = panelOf(name)
    for (const [other, panel] of panels) panel.hidden = panel !== shown && other !== name
    for (const [i, [other]] of tabs.entries()) {
      buttons[i]!.ariaSelected = String(other === name)
      buttons[i]!.tabIndex = other === name ? 0 : -1
    }
  }
  const list = h('nav', { role: 'tablist', ariaLabel: 'views' }, ...buttons)
  list.onkeydown = ({ key }) => {
    const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    const at = buttons.findIndex(({ ariaSelected }) => ariaSelected === 'true')
    const next = (at + by + tabs.length) % tabs.length
    show(tabs[next]![0])
    buttons[next]!.focus()
  }
  const content = h('div', { className: 'content' })
  document.getElementById('page')!.append(header(data), list, content, compare.element)
  show('map')
}

type TabName = (typeof tabs)[number][0]

const tabs = [
  ['map', 'Map'],
  ['photos', 'Photos'],
  ['heat', 'Heat map'],
  ['numbers', 'Numbers'],
] as const

function header({ title, model, data, split, photos, identities, metrics }: ReportData): HTMLElement {
  const which = split === 'all' ? 'all photos' : `${split} photos`
  const numbers = [
    ['identity-balanced mAP', metrics.identityBalancedMap],
    ['mAP', metrics.map],
    ['rank-1', metrics.rank1],
  ] as const
  return h(
    'header',
    { className: 'top' },
    h(
      'div',
      {},
      h('h1', { textContent: title }),
      h('p', {
        className: 'note',
        textContent: `${model} · ${data}, ${which}: ${photos.length} photos of ${identities.length} individuals`,
      }),
    ),
    h(
      'dl',
      {},
      ...numbers.map(([name, value]) =>
        h('div', {}, h('dt', { textContent: name }), h('dd', { textContent: value.toFixed(3) })),
      ),
    ),
  )
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? ''
}

main()
