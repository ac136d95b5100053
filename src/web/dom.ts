import { markedCsv } from './marked-csv.ts'

/** An element with properties and children; strings become text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** A button that does something. */
export function button(label: string, onclick: () => void, title = ''): HTMLButtonElement {
  return h('button', { type: 'button', textContent: label, title, onclick })
}

/** A labelled choice among words; `change` is told the value. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  change: (value: string) => void,
): { readonly element: HTMLLabelElement; readonly select: HTMLSelectElement } {
  const select = h('select', {}, ...options.map(([value, words]) => h('option', { value, textContent: words })))
  select.onchange = () => change(select.value)
  return { element: h('label', {}, `${label} `, select), select }
}

/** Hands a text to the browser as a file, without a network. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([type === 'text/csv' ? markedCsv(text) : text], { type }))
  h('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
