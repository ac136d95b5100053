import { invariant } from '../base/index.ts'

/** The code points for which a TrueType font has a glyph: its Unicode `cmap` of format 12, else of format 4. */
export function codePointsOf(font: Buffer, name: string): ReadonlySet<number> {
  const cmap = tableOf(font, 'cmap')
  invariant(cmap !== undefined, `${name}: no table cmap`)
  const count = cmap.readUInt16BE(2)
  const tables = Array.from({ length: count }, (_, i) => cmap.subarray(cmap.readUInt32BE(4 + 8 * i + 4)))
  const [wide, narrow] = [12, 4].map((format) => tables.find((table) => table.readUInt16BE(0) === format))
  invariant(wide !== undefined || narrow !== undefined, `${name}: no cmap of format 4 or 12`)
  return new Set([...(narrow === undefined ? [] : segments(narrow)), ...(wide === undefined ? [] : groups(wide))])
}

function tableOf(font: Buffer, tag: string): Buffer | undefined {
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const entry = font.subarray(12 + 16 * i)
    if (entry.toString('latin1', 0, 4) === tag) return font.subarray(entry.readUInt32BE(8))
  }
  return undefined
}

/** Format 12: groups of code points whose glyphs follow one another. */
function* groups(table: Buffer): Generator<number> {
  for (let i = 0; i < table.readUInt32BE(12); i++) {
    const at = 16 + 12 * i
    for (let point = table.readUInt32BE(at); point <= table.readUInt32BE(at + 4); point++) yield point
  }
}

/** Format 4: segments, with a glyph by a difference or by a list; glyph 0 is the box. */
function* segments(table: Buffer): Generator<number> {
  const twice = table.readUInt16BE(6)
  const [ends, starts, deltas, ranges] = [14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice] as const
  for (let at = 0; at < twice; at += 2) {
    const [start, end, delta] = [starts, ends, deltas].map((list) => table.readUInt16BE(list + at))
    const range = table.readUInt16BE(ranges + at)
    for (let point = start!; point <= end! && point < 0xffff; point++) {
      const listed = range === 0 ? point : table.readUInt16BE(ranges + at + range + 2 * (point - start!))
      if (listed !== 0 && ((listed + delta!) & 0xffff) !== 0) yield point
    }
  }
}
