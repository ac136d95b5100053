/**
 * Lengths of background and animal in turn: the list itself, or COCO's text of it. There each number is written in groups of five bits, the lowest
 * first, as a character from code 48 on (bit 5: more follow; bit 4 of the last: below zero), and from the fourth on as the difference to
 * the one before the last. Undefined where it is no such text, or a length is no whole number from 0.
 */
export function runLengths(counts: string | readonly number[]): readonly number[] | undefined {
  const lengths = typeof counts === 'string' ? fromText(counts) : counts
  return lengths?.every((length) => Number.isSafeInteger(length) && length >= 0) ? lengths : undefined
}

/** A length has at most 53 bits. */
const mostGroups = 11

function fromText(text: string): number[] | undefined {
  const lengths: number[] = []
  for (let p = 0; p < text.length; ) {
    let value = 0
    for (let group = 0; ; group++) {
      const code = text.charCodeAt(p++) - 48
      if (!(code >= 0 && code < 64) || group === mostGroups) return undefined // NaN past the end
      value += (code & 0x1f) * 32 ** group
      if ((code & 0x20) !== 0) continue
      if ((code & 0x10) !== 0) value -= 32 ** (group + 1)
      break
    }
    lengths.push(lengths.length > 2 ? value + lengths[lengths.length - 2]! : value)
  }
  return lengths
}
