import { h } from '../dom.ts'

/** Something that a key does. */
export interface KeyAction {
  /** As `KeyboardEvent.key` has them; the first is the one that is told. */
  readonly keys: readonly string[]
  readonly words: string
  readonly act: () => void
}

const shown: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  'Shift+ArrowLeft': 'Shift with ← → ↑ ↓',
}

/** What the first key of an action is called. */
export function keyName({ keys }: Pick<KeyAction, 'keys'>): string {
  return shown[keys[0]!] ?? keys[0]!
}

/** Lets keys act on the whole page, but not where somebody types, nor while a dialog is open, nor together with Ctrl, Alt or Meta. */
export function listenToKeys(actions: readonly KeyAction[], isOn: () => boolean): void {
  const byKey = new Map(actions.flatMap((action) => action.keys.map((key) => [key, action] as const)))
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, altKey, metaKey, shiftKey, target } = event
    if (ctrlKey || altKey || metaKey || document.querySelector('dialog[open]') !== null) return
    if (target instanceof HTMLElement && target.closest('input, select, textarea') !== null) return
    const action = byKey.get(shiftKey && key.startsWith('Arrow') ? `Shift+${key}` : key)
    if (action === undefined || !isOn()) return
    event.preventDefault()
    action.act()
  })
}

/** One row tells all four arrows with Shift. */
function isTold({ keys }: KeyAction): boolean {
  return !keys[0]!.startsWith('Shift+Arrow') || shown[keys[0]!] !== undefined
}

/** Tells what the keys do, and lets them be turned off, for people whose keys are pressed by speech or by chance. */
export function keysDialog(actions: readonly KeyAction[], onSwitch: (on: boolean) => void): HTMLDialogElement {
  const rows = actions.filter(isTold).map((action) => {
    const cells = action.keys.slice(0, 2).map((key) => h('kbd', { textContent: shown[key] ?? key }))
    return h('tr', {}, h('th', { scope: 'row' }, ...cells), h('td', { textContent: action.words }))
  })
  const on = h('input', { type: 'checkbox', checked: true })
  on.onchange = () => onSwitch(on.checked)
  const close = h('button', { type: 'button', textContent: 'Close' })
  const dialog = h(
    'dialog',
    { className: 'keys' },
    h('h2', { id: 'keys-title', textContent: 'Keys' }),
    h('table', {}, ...rows),
    h('label', {}, on, ' Keys act'),
    h('p', {}, close),
  )
  dialog.setAttribute('aria-labelledby', 'keys-title')
  close.onclick = () => dialog.close()
  dialog.addEventListener('keydown', (event) => {
    if (event.key === '?') dialog.close()
  })
  return dialog
}
