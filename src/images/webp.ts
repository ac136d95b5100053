/**
 * True for a WebP whose picture ends in more zeros than it can: a copy that was broken off, in a file that had its length already.
 * The decoder takes the zeros for data. A picture of one colour, which needs fewest bits, ends in one zero for 10,000 pixels.
 */
export function endsInZeros(bytes: Uint8Array, pixels: number): boolean {
  const end = Math.min(bytes.length, 8 + littleEndian(bytes, 4))
  let zeros = 0
  while (zeros < end && bytes[end - 1 - zeros] === 0) zeros++
  return zeros > 64 + pixels / 8_000
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
}
