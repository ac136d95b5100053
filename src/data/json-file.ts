import { statSync } from 'node:fs'
import type { z } from 'zod'
import { check, checkThere, describeIssue, formatBytes, InputError, readJson } from '../base/index.ts'

/** What a string of Node can hold, less some; a file of a million photos with their detections is half of it. */
const limitBytes = 500_000_000

/** What a JSON file says, where it has the form of `schema`. @throws InputError naming file and key. */
export function readJsonFile<S extends z.ZodType>(path: string, schema: S, what: string): z.output<S> {
  return inForm(path, readLimitedJson(path), schema, what)
}

/** What was read of a file, where it has the form of `schema`. @throws InputError naming file and key. */
export function inForm<S extends z.ZodType>(path: string, json: unknown, schema: S, what: string): z.output<S> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw new InputError(`${path}: not ${what}: ${describeIssue(result.error.issues[0]!, json)}`)
}

/** The whole of a JSON file. @throws InputError where it is missing, no file, too large, or not JSON. */
export function readLimitedJson(path: string): unknown {
  checkThere(path, 'file')
  const found = statSync(path)
  check(found.isFile(), `${path}: not a file`)
  check(
    found.size <= limitBytes,
    `${path}: ${formatBytes(found.size)} are past the limit of ${formatBytes(limitBytes)}`,
    'split it into parts, each with a part of the photos',
  )
  return readJson(path)
}
