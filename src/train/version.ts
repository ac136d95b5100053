import { existsSync, readFileSync } from 'node:fs'

/** The package's folder, two up both from src/train and from dist/train. */
const root = new URL('../../', import.meta.url)

/** The version in package.json. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }).version
}

/** The commit that is checked out, where rosette runs from a clone; null where it is installed. */
export function commit(): string | null {
  const git = new URL('.git/', root)
  const head = new URL('HEAD', git)
  if (!existsSync(head)) return null
  const text = readFileSync(head, 'utf8').trim()
  if (!text.startsWith('ref: ')) return text
  const ref = new URL(text.slice('ref: '.length), git)
  return existsSync(ref) ? readFileSync(ref, 'utf8').trim() : null
}
