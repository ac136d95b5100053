import { readFileSync } from 'node:fs'

/** The version in package.json, which lies two folders up both from src/train and from dist/train. */
export function version(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
