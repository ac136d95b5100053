import type { z } from 'zod'
import { check, InputError } from './check.ts'
import { readJson, writeFileAtomic } from './files.ts'
import { sha256Of } from './hashes.ts'
import { parseStrictly } from './schema.ts'

/** How a file is read that may not fit its seal. */
export interface SealedJsonOptions<Content> {
  /** What to do where it does not fit. */
  readonly hint: string
  /** One without a seal is read too: versions before wrote it without. */
  readonly mayLackSeal?: boolean
  /** Looks at what the file says before the seal is: what it throws names the mistake itself. */
  readonly check?: (content: Content) => void
}

/** JSON with a line end, whose last key is its seal: `sha256`, the SHA-256 of all that stands before it. */
export function sealedJson(content: object, indent = 2): string {
  return `${JSON.stringify({ ...content, sha256: sealOfJson(content) }, undefined, indent)}\n`
}

/** Writes `sealedJson`, whole or not at all. */
export function writeSealedJson(path: string, content: object, indent?: number): void {
  writeFileAtomic(path, sealedJson(content, indent))
}

/**
 * What a file of `writeSealedJson` says, by `schema`, which knows nothing of the seal. @throws InputError naming the file where it was
 * edited or damaged since, and every mistake in it.
 */
export function readSealedJson<S extends z.ZodType>(
  path: string,
  schema: S,
  { hint, mayLackSeal = false, check: look }: SealedJsonOptions<z.output<S>>,
): z.output<S> {
  const value = readHinting(path, hint)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return parseStrictly(schema, value, path)
  const { sha256, ...content } = value as { readonly sha256?: unknown }
  const parsed = parseStrictly(schema, content, path)
  look?.(parsed)
  const isSealed = sha256 !== undefined || !mayLackSeal
  check(
    !isSealed || sha256 === sealOfJson(content),
    `${path}: sha256: does not fit what the file says: it was edited or damaged`,
    hint,
  )
  return parsed
}

/** A file that is no JSON was cut short, say: what helps is what helps where it does not fit its seal. */
function readHinting(path: string, hint: string): unknown {
  try {
    return readJson(path)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.what, error.hint ?? hint)
  }
}

/** SHA-256 of what an object says as JSON, its keys in their order. */
export function sealOfJson(content: object): string {
  return sha256Of(JSON.stringify(content))
}
