/** Attributes of an element by name; undefined ones are not written. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/** One element as text. Numbers are cut to two places, text in attributes is escaped; children are elements already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? decimal(value) : escapeText(value)}"`],
  )
  const open = `<${name}${written.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

/** What names from photos may hold, made harmless in SVG and HTML; characters that XML cannot hold become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** A coordinate: two places, no trailing zeros, no −0. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100 + 0)
}

/** How a line of text stands: class, anchor and the like. */
export interface TextOptions {
  readonly class?: string
  readonly size?: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly bold?: boolean
  /** Degrees, clockwise, about (x, y). */
  readonly rotate?: number
  /** A rim in the paper's colour, for text over points. */
  readonly rim?: boolean
}

const textDefaults = { class: 'ink', size: 12, anchor: 'start', bold: false, rotate: 0, rim: false } as const

/** A line of text, its baseline at y. */
export function text(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { class: className, size, anchor, bold, rotate, rim } = { ...textDefaults, ...options }
  return element(
    'text',
    {
      x,
      y,
      class: rim ? `${className} rim` : className,
      'font-size': size,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-weight': bold ? 'bold' : undefined,
      transform: rotate === 0 ? undefined : `rotate(${decimal(rotate)} ${decimal(x)} ${decimal(y)})`,
    },
    escapeText(content),
  )
}

/** A straight line from (x1, y1) to (x2, y2) in px, its look by the class. */
export function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  return element('line', { x1, y1, x2, y2, class: className })
}

/** A polyline through points [x, y]. */
export function polyline(points: readonly (readonly [number, number])[], className: string): string {
  return element('path', { d: pathOf(points), class: className })
}

/** `M0 0L1 1…` */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${decimal(x)} ${decimal(y)}`).join('')
}
