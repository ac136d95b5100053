import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { isInside, readJson, StagedFolder } from '../base/index.ts'
import { descriptionFile } from '../embedder/index.ts'

const ownFiles = {
  onnx: ['model.onnx', 'model.onnx.data', descriptionFile],
  timm: ['model.safetensors', 'head.safetensors', 'README.md', 'config.json'],
} as const

/**
 * Lets `write` fill a folder with a model's files, and swaps it for `out`: a kill leaves the old model or the new one. What
 * of `out` is of no model of this format stays. A folder that cannot be swapped gets the files one by one, each whole, the description last,
 * by whose hashes an ONNX file of another export is told. Returns what `write` does, the files under their names in `out`.
 */
export async function writeModelFolder<T extends { readonly files: readonly string[] }>(
  out: string,
  format: keyof typeof ownFiles,
  write: (folder: string) => Promise<T>,
): Promise<Omit<T, 'files'> & { readonly files: readonly string[] }> {
  if (!canBeSwapped(out)) return write(out)
  const own: readonly string[] = [...ownFiles[format], ...(format === 'onnx' ? describedFiles(out) : [])]
  const staged = new StagedFolder(out, (name) => own.includes(name))
  try {
    const written = await write(staged.path)
    staged.commit()
    return { ...written, files: written.files.map((file) => join(out, basename(file))) }
  } finally {
    staged.discard()
  }
}

/**
 * False for a folder that has folders, in which others may be at work; for the one that a shell stands in, which would stand nowhere; and
 * for one whose name is not ours to change: a mount, or in a folder that cannot be written.
 */
function canBeSwapped(out: string): boolean {
  if (!existsSync(out)) return true
  const folder = realpathSync.native(out)
  const parent = dirname(folder)
  const isFlat = readdirSync(folder, { withFileTypes: true }).every((entry) => !entry.isDirectory())
  return (
    isFlat && !isInside(folder, process.cwd()) && isWritable(parent) && statSync(folder).dev === statSync(parent).dev
  )
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

const hashesSchema = z.looseObject({ sha256: z.record(z.string(), z.string()) })

/** The files whose hashes an earlier description in the folder states: that model's weights may have any name. */
function describedFiles(out: string): string[] {
  try {
    return Object.keys(hashesSchema.parse(readJson(join(out, descriptionFile))).sha256)
  } catch {
    return [] // none, or one that is no description of ours
  }
}
