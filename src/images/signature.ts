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

/** Files that come under the names of photos and are none that can be read: how they begin, and the way out. */
const strangers: readonly { readonly start: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    // by the brand in the first box: HEIC's pictures are coded as HEVC, AVIF's are not
    start: /^....ftyp(heic|heix|heim|heis|hevc|hevx)/s,
    what: 'a HEIC photo, which cannot be read',
    hint: 'save it as JPEG first (iPhone: Settings > Camera > Formats > Most Compatible; Mac: Preview > Export)',
  },
  { start: /^PK\x03\x04/, what: 'an archive, not a photo', hint: 'unpack it, and name the folder' },
  {
    start: /^version https:\/\/git-lfs/,
    what: 'a note of Git LFS in the place of the photo',
    hint: 'in the folder that git cloned, `git lfs pull` fetches the photos',
  },
  {
    start: /^\s*<(!doctype html|html)/i,
    what: 'a web page, not a photo',
    hint: 'the download failed: look at the page in a browser, and download the photo again',
  },
]

/** What a file is that is no photo, where its first bytes tell. */
export function strangerOf(bytes: Uint8Array): { readonly what: string; readonly hint: string } | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  return strangers.find((stranger) => stranger.start.test(start))
}
