import { inflateSync } from 'node:zlib'

const entryBytes = 16

/** A WOFF 1.0 file (W3C Recommendation, 2012) as the sfnt that it packs: the same tables in the same order, each unpacked. */
export function unpackWoff(woff) {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('no WOFF file')
  const count = woff.readUInt16BE(12)
  const font = Buffer.alloc(woff.readUInt32BE(16))
  const power = Math.floor(Math.log2(count))
  font.writeUInt32BE(woff.readUInt32BE(4), 0)
  font.writeUInt16BE(count, 4)
  font.writeUInt16BE(entryBytes * 2 ** power, 6)
  font.writeUInt16BE(power, 8)
  font.writeUInt16BE(entryBytes * (count - 2 ** power), 10)
  let at = 12 + entryBytes * count
  for (let i = 0; i < count; i++) {
    const [tag, offset, packed, length, sum] = [0, 4, 8, 12, 16].map((k) => woff.readUInt32BE(44 + 20 * i + k))
    const bytes = woff.subarray(offset, offset + packed)
    const table = packed < length ? inflateSync(bytes) : bytes
    const entry = [tag, sum, at, length]
    for (const [k, value] of entry.entries()) font.writeUInt32BE(value, 12 + entryBytes * i + 4 * k)
    table.copy(font, at)
    at += (length + 3) & ~3
  }
  return font
}
