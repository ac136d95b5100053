import { basename } from 'node:path'
import { check, sha256OfFile } from '../base/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import type { ModelDescription } from './description.ts'

/**
 * Holds an ONNX file and the files in which it keeps weights against the hashes that its description states; one that states none, as
 * those of other programs, has nothing to check. The ONNX file may have got another name since. @throws InputError naming the file.
 */
export async function checkModelFiles(onnx: string, { model, sha256 }: ModelDescription): Promise<void> {
  if (sha256 === undefined) return
  await checkHash(onnx, sha256[model])
  for (const path of onnxFiles(onnx).slice(1)) await checkHash(path, sha256[basename(path)])
}

async function checkHash(path: string, expected: string | undefined): Promise<void> {
  const got = await sha256OfFile(path)
  check(
    got === expected,
    `${path}: damaged, or not the file that its description means: expected SHA-256 ${expected ?? 'of none'}, got ${got}`,
    'export the model again, or copy it again; where you changed it yourself, leave sha256 out of the description',
  )
}
