/** Undefined only where a message is made and not needed. */
type OptionValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | Readonly<Record<string, string | readonly string[]>>
  | undefined

/**
 * How messages name options of the API: as they are written in code, between backticks. `` `out` `` is one, and
 * `` `split: "all"` `` or `` `backbone: "a.onnx", freeze: "all"` `` are options with values, which this function writes. Who speaks
 * to others than programmers, as the command line does, can tell them from other words and put its own words there.
 */
export function optionText(options: Readonly<Record<string, OptionValue>>): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `\`${pairs.join(', ').replaceAll('`', '\\u0060')}\``
}
