/** A JPEG's bytes, put right where a camera or a copy left out what no pixel needs. */
export interface MendedJpeg {
  readonly bytes: Uint8Array
  /** False where the file stops before its end marker. */
  readonly ended: boolean
  /** False where a scan is missing: the file stops between two of them. */
  readonly complete: boolean
  /** How often the decoder goes over the whole picture. */
  readonly scans: number
}

interface Scan {
  readonly components: readonly number[]
  /** Where the three bytes stand that say which coefficients follow: first, last, and bits of precision. */
  readonly at: number
}

interface Structure {
  readonly coding: 'sequential' | 'progressive' | 'other'
  readonly components: readonly number[]
  readonly scans: readonly Scan[]
  readonly ended: boolean
}

/** Markers that begin a frame, and how it is coded. */
const frames: ReadonlyMap<number, Structure['coding']> = new Map([
  ...[0xc0, 0xc1, 0xc9].map((code) => [code, 'sequential'] as const),
  ...[0xc2, 0xca].map((code) => [code, 'progressive'] as const),
  ...[0xc3, 0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf].map((code) => [code, 'other'] as const),
])
const marker = { start: 0xd8, end: 0xd9, scan: 0xda } as const

/**
 * Undoes two faults after which a picture is still whole. Samsung's phones write 0 for the last coefficient of a sequential scan,
 * which has all 64. And the end marker may be missing, or have become zeros: it is set behind the last byte that is none.
 * @returns undefined for what is no JPEG.
 */
export function mendJpeg(bytes: Uint8Array): MendedJpeg | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== marker.start) return undefined
  const { coding, components, scans, ended } = structureOf(bytes)
  const wrong = coding === 'sequential' ? scans.filter(({ at }) => bytes[at] !== 0 || bytes[at + 1] !== 63) : []
  const complete = components.every((id) => isComplete(id, { coding, scans, bytes }))
  if (wrong.length === 0 && ended) return { bytes, ended, complete, scans: scans.length }
  const mended = ended ? new Uint8Array(bytes) : withEnd(bytes)
  for (const { at } of wrong) mended.set([0, 63, 0], at)
  return { bytes: mended, ended, complete, scans: scans.length }
}

/** Whether a JPEG's coefficients come in several scans, so that all of them are held until the last one; false for what is no JPEG. */
export function isProgressive(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== marker.start) return false
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const coding = frames.get(bytes[at + 1]!)
    if (coding !== undefined) return coding === 'progressive'
    at += bytes[at + 1] === 0xff ? 1 : 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) // filling, or a segment
  }
  return false
}

/** Entropy-coded data is filled up with ones: it ends in no zero but that of an escaped 255. */
function withEnd(bytes: Uint8Array): Uint8Array {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  if (bytes[length - 1] === 0xff) length += length < bytes.length ? 1 : -1 // the escaped one, or half of the marker
  const ended = new Uint8Array(length + 2)
  ended.set(bytes.subarray(0, length))
  ended.set([0xff, marker.end], length)
  return ended
}

/**
 * A mended JPEG with bytes that mean nothing before its end marker. A decoder that has all of a picture does not read them: where
 * it makes other pixels of them, the picture was cut off.
 */
export function withNoise(mended: Uint8Array): Uint8Array {
  const noise = Uint8Array.from({ length: 4096 }, (_, i) => (i * 37 + 91) % 251)
  const longer = new Uint8Array(mended.length + noise.length)
  longer.set(mended.subarray(0, -2))
  longer.set(noise, mended.length - 2)
  longer.set(mended.subarray(-2), longer.length - 2)
  return longer
}

/** Every coefficient of the component has come in full precision. */
function isComplete(
  component: number,
  { coding, scans, bytes }: Pick<Structure, 'coding' | 'scans'> & { readonly bytes: Uint8Array },
): boolean {
  const own = scans.filter(({ components }) => components.includes(component))
  if (coding !== 'progressive') return own.length > 0
  const bitsMissing = new Uint8Array(64).fill(0xff)
  for (const { at } of own) bitsMissing.fill(bytes[at + 2]! & 15, bytes[at], bytes[at + 1]! + 1)
  return bitsMissing.every((bits) => bits === 0)
}

/** The markers from the file's beginning to its end marker, or to where it stops. */
function structureOf(bytes: Uint8Array): Structure {
  let coding: Structure['coding'] = 'other'
  let components: number[] = []
  const scans: Scan[] = []
  for (let at = nextMarker(bytes, 0); at !== undefined; ) {
    const code = bytes[at + 1]!
    if (code === marker.end) return { coding, components, scans, ended: true }
    if (code === marker.start) {
      at = nextMarker(bytes, at + 2)
      continue
    }
    const body = at + 4
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!
    if (body > bytes.length || at + 2 + length > bytes.length) break
    const frame = frames.get(code)
    if (frame !== undefined) {
      coding = frame
      components = idsOf(bytes, { count: bytes[body + 5]!, from: body + 6, each: 3 })
    }
    if (code === marker.scan) {
      const count = bytes[body]!
      scans.push({
        components: idsOf(bytes, { count, from: body + 1, each: 2 }),
        at: body + 1 + 2 * count,
      })
    }
    at = nextMarker(bytes, at + 2 + length)
  }
  return { coding, components, scans, ended: false }
}

function idsOf(bytes: Uint8Array, list: { readonly count: number; readonly from: number; readonly each: number }) {
  return Array.from({ length: list.count }, (_, i) => bytes[list.from + i * list.each]!)
}

/** Where the next marker stands: a 255 that is neither escaped (0), nor filling (255), nor a restart within a scan. */
function nextMarker(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1]!
    if (code > 1 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7)) return at
  }
  return undefined
}
