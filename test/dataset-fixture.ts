import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encodePng } from '../src/images/index.ts'

/** A new folder with these files; text, or bytes. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-data-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** A PNG of 4 × 3 pixels in one grey: different greys are different files. */
export function greyPng(grey: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 48 }, (_, i) => (i % 4 === 3 ? 255 : grey))
  return encodePng({ width: 4, height: 3, data })
}

/** What a promise is rejected with, as text. */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return String(error)
  }
  return 'nothing was thrown'
}
