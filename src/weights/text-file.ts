import { InputError } from '../base/index.ts'
import { quoted } from './quoted.ts'

/** What downloads leave behind under the name of a file of weights. */
const kinds: readonly { readonly begins: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    begins: /^version https:\/\/git-lfs/,
    what: 'a git-lfs pointer, not the weights themselves',
    hint: '`git lfs pull` in its repository brings them',
  },
  { begins: /^</, what: 'a web page, not weights', hint: 'fetch it again, from the address that downloads the file' },
  { begins: /^[{[]/, what: 'JSON, not weights', hint: 'a server answers so where it refuses a file: fetch it again' },
  { begins: /^/, what: 'text, not weights', hint: 'a server answers so where it refuses a file: fetch it again' },
]

/**
 * Tells a file that is text by what it is. No kind of weights is: safetensors begins with a length of which the upper bytes are 0,
 * and torch.save's with bytes that are no characters.
 * @throws InputError naming `path`, with the text's beginning.
 */
export function refuseText(start: Buffer, path: string): void {
  if (start.length < 8 || start.some(isControl)) return
  const text = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  const { what, hint } = kinds.find(({ begins }) => begins.test(text))!
  throw new InputError(`${path}: ${what}: '${quoted(text)}'`, hint)
}

/** Of ASCII's control characters those that no text has. */
function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f
}
