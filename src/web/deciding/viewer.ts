import type { DecidingPhoto } from '../../report/deciding-data.ts'
import { button, h } from '../dom.ts'
import type { Picture } from '../model.ts'
import { type Desk, shownName } from './desk.ts'
import type { KeyAction } from './keys.ts'
import { Panes, type ShownSide } from './panes.ts'

/** The panes with their buttons, and what their keys do. */
export interface Viewer {
  readonly element: HTMLElement
  readonly actions: readonly KeyAction[]
}

const step = 1.4
const panPx = 60

/** The question's photo beside a candidate's, with zoom, brightness, turns and lines. */
export function viewer(desk: Desk, pictures: readonly (Picture | null)[]): Viewer {
  const panes = new Panes()
  const lines = button('Lines', () => act(() => panes.toggleLines()), 'key l')
  const slider = h('input', { type: 'range', min: '0.4', max: '3', step: '0.1', value: '1' })
  slider.oninput = () => act(() => panes.brighten(Number(slider.value)))
  const note = h('p', { className: 'note lines-note' })
  const tools = h(
    'div',
    { className: 'tools', role: 'toolbar', ariaLabel: 'view' },
    button('Nearer', () => panes.zoom(step), 'key +'),
    button('Farther', () => panes.zoom(1 / step), 'key −'),
    button('Whole', () => panes.whole(), 'key 0'),
    lines,
    button('Turn', () => panes.turn('quarter'), 'turn the right photo, key r'),
    button('Mirror', () => panes.turn('mirror'), 'mirror the right photo, key m'),
    h('label', {}, 'Brightness ', slider),
  )
  const act = (work: () => void) => {
    work()
    slider.value = String(panes.brightness)
    lines.ariaPressed = String(panes.showsLines && panes.lineCount > 0)
    lines.disabled = panes.lineCount === 0
  }
  const sideOf = (photo: DecidingPhoto, captions: readonly string[]): ShownSide => {
    const picture = photo.picture === null ? undefined : (pictures[photo.picture] ?? undefined)
    return { photo, picture, captions: captions.filter((text) => text !== '') }
  }
  const update = () => {
    const { asked, chosen, data } = desk
    if (asked === undefined) return
    const own = data.photos[asked.photo]!
    const other = chosen && data.photos[chosen.candidate.photo]!
    const right = other && sideOf(other, [chosen.group.name, shownName(other), factsOf(other), chosen.candidate.words])
    act(() =>
      panes.show({
        sides: [sideOf(own, [asked.name, shownName(own), factsOf(own)]), right],
        lines: chosen?.candidate.lines ?? [],
      }),
    )
    note.textContent = linesNote(desk)
    note.hidden = note.textContent === ''
  }
  desk.onChange(update)
  update()
  const pan = (key: string, dx: number, dy: number): KeyAction => ({
    keys: [`Shift+${key}`],
    words: 'move both photos',
    act: () => panes.pan(dx, dy),
  })
  return {
    element: h('div', { className: 'viewer' }, panes.element, tools, note),
    actions: [
      { keys: ['+', '='], words: 'nearer, both photos', act: () => panes.zoom(step) },
      { keys: ['-', '−'], words: 'farther', act: () => panes.zoom(1 / step) },
      { keys: ['0'], words: 'the whole photos', act: () => panes.whole() },
      pan('ArrowLeft', panPx, 0),
      pan('ArrowRight', -panPx, 0),
      pan('ArrowUp', 0, panPx),
      pan('ArrowDown', 0, -panPx),
      { keys: ['l'], words: 'lines between matched places', act: () => act(() => panes.toggleLines()) },
      { keys: ['b'], words: 'brighter', act: () => act(() => panes.brighten(panes.brightness + 0.2)) },
      { keys: ['v'], words: 'darker', act: () => act(() => panes.brighten(panes.brightness - 0.2)) },
      { keys: ['r'], words: 'turn the right photo by a quarter', act: () => panes.turn('quarter') },
      { keys: ['m'], words: 'mirror the right photo', act: () => panes.turn('mirror') },
    ],
  }
}

/** Flank, time and encounter, as far as they are known. */
function factsOf({ flank, time, encounter }: DecidingPhoto): string {
  const facts = [
    flank === '' ? '' : /flank|side/i.test(flank) ? flank : `${flank} flank`,
    time,
    encounter === '' ? '' : `encounter ${encounter}`,
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}

function linesNote({ chosen, data }: Desk): string {
  if (chosen === undefined) return ''
  const { lines } = chosen.candidate
  if (lines === null) return data.linesHint
  if (lines.length > 0) return data.linesDoubt
  return data.linesDoubt === '' ? 'No places of these two coats agree.' : 'No places of these two photos agree.'
}
