import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { check, counted } from '../base/index.ts'
import { hasCheckpoints } from '../run/index.ts'
import type { Embedder } from './embedder.ts'

/** A model that is to be a member, and how it is opened. */
interface Named {
  readonly model: string
  readonly checkpoint?: string | undefined
  readonly tta?: string | undefined
  readonly precision?: string | undefined
}

/**
 * Refuses a model that is named twice and opened alike, also under two names of one place: `run`, `./run/`, `run/model.onnx`.
 * @throws InputError naming both.
 */
export function checkNamedOnce(models: readonly Named[]): void {
  const seen = new Map<string, string>()
  for (const { model, checkpoint, tta, precision } of models) {
    const key = JSON.stringify([placeOf(model), checkpoint, tta, precision])
    const other = seen.get(key)
    const names = other === model ? model : `${other} and ${model}`
    check(
      other === undefined,
      `\`model\`: the same model was named twice: ${names}`,
      'it adds nothing to itself: leave one out',
    )
    seen.set(key, model)
  }
}

/** The folder of a run for the ONNX file that its training wrote. */
function placeOf(path: string): string {
  const place = existsSync(path) ? realpathSync(path) : path
  return basename(place) === 'model.onnx' && hasCheckpoints(dirname(place)) ? dirname(place) : place
}

/** That members are copies of one network, by their weights: each counts, and the ensemble is less of one than it looks. */
export async function doubleWarnings(members: readonly Embedder[]): Promise<string[]> {
  const leaves = members.flatMap(leavesOf)
  const sources = new Map<string, string[]>()
  for (const leaf of leaves) {
    const fingerprint = await leaf.fingerprint()
    sources.set(fingerprint, [...(sources.get(fingerprint) ?? []), leaf.source])
  }
  return [...sources.values()].flatMap((same) => (same.length < 2 ? [] : [doubledWords(same)]))
}

/** `a and b are the same network: the ensemble has it 2 times, which is only weight`. */
export function doubledWords(same: readonly string[]): string {
  const last = same.at(-1)
  return `${same.slice(0, -1).join(', ')} and ${last} are the same network: ${counted(same.length, 'member')} that add nothing to each other, only weight`
}

function leavesOf(embedder: Embedder): readonly Embedder[] {
  return embedder.members === undefined ? [embedder] : embedder.members.flatMap(leavesOf)
}
