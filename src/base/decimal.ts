/** A finite decimal number, exponent allowed; not what Number() takes besides ('', '0x1', 'Infinity'). Undefined for other text. */
export function parseDecimal(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
