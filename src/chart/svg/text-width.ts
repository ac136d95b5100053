/** Advance widths of DejaVu Sans for U+0020 … U+007E, in thousandths of the font size (its hmtx table). */
const widths = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
  636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
  748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
  615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
  337, 636, 838,
]

/** Of letters beyond ASCII: Latin ones are about as wide as an `n`, those of Asia as their height. */
const [otherLatin, wide] = [640, 1000]

/** How wide a line of text is, in px; `size` in px. */
export function textWidth(content: string, size: number): number {
  let sum = 0
  for (const letter of content) {
    const code = letter.codePointAt(0)!
    sum += widths[code - 32] ?? (code < 0x1100 ? otherLatin : wide)
  }
  return (sum * size) / 1000
}

/** The text, its middle replaced by … where it is wider than `width` px: file names differ at their end. */
export function fitText(content: string, width: number, size: number): string {
  if (textWidth(content, size) <= width) return content
  const letters = [...content]
  for (let kept = letters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2)
    const cut = `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - head)).join('')}`
    if (textWidth(cut, size) <= width) return cut
  }
  return '…'
}

/** The words in as few lines as are no wider than `width` px. */
export function wrapText(content: string, width: number, size: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of content.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && textWidth(longer, size) > width) {
      lines.push(current)
      current = word
    } else current = longer
  }
  return [...lines, current].map((text) => fitText(text, width, size))
}
