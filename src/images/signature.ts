/** How files of photos begin; `.` is any byte. */
const signatures: readonly { readonly format: string; readonly start: RegExp }[] = [
  { format: 'JPEG', start: /^\xff\xd8\xff/s },
  { format: 'PNG', start: /^\x89PNG\r\n\x1a\n/s },
  { format: 'WebP', start: /^RIFF....(WEBP|$)/s },
  { format: 'TIFF', start: /^(II[*+]\0|MM\0[*+])/s },
  { format: 'GIF', start: /^GIF8[79]a/s },
  { format: 'AVIF', start: /^....ftyp(avif|avis|$)/s },
]

/** The format that a file's first bytes say; undefined where they say none that is read. */
export function signatureOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  return signatures.find((signature) => signature.start.test(start))?.format
}
