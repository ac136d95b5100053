import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, optionText } from '../base/index.ts'
import { descriptionFile, readModelDescription } from './description.ts'
import type { OpenModelOptions } from './embedder.ts'
import type { NetworkEmbedder } from './network-embedder.ts'
import { openDescribed } from './onnx-model.ts'

/** True for a run folder that trained a head on somebody's network: it has no network of ours to rebuild. */
export function isHeadRun(run: string): boolean {
  const path = join(run, descriptionFile)
  return existsSync(path) && readModelDescription(path).network === undefined
}

/** The model of such a run: its model.onnx, which its training's end writes. */
export async function openHeadRun(run: string, options: OpenModelOptions): Promise<NetworkEmbedder> {
  const { checkpoint, ...rest } = options
  const description = join(run, descriptionFile)
  // a head that does not say it was trained before captions were left out
  const captions = options.captions ?? readModelDescription(description).preprocess.captions ?? 'keep'
  const onnx = headModel(run)
  check(
    checkpoint === undefined || checkpoint === 'best',
    `${optionText({ checkpoint })}: ${run} trained a head on an ONNX file; there is its model.onnx, made of the best`,
  )
  return { ...(await openDescribed(onnx, { ...rest, captions, modelConfig: description }, run)), run }
}

/**
 * The ONNX file of a run that trained a head on a closed network. @throws InputError where its training has not come
 * to its end.
 */
export function headModel(run: string): string {
  const onnx = join(run, readModelDescription(join(run, descriptionFile)).model)
  check(existsSync(onnx), `${run}: its training has not come to its end`, '`train({ resume: true })` goes on with it')
  return onnx
}
