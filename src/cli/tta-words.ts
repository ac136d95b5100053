import type { Tta } from '../embedder/index.ts'

/** What is averaged into each embedding, for the lines that name a model. */
export function ttaWords(tta: Tta): string {
  return tta === 'multi-scale'
    ? 'averaged over mirror images and two sizes'
    : `flip averaging ${tta === 'flip' ? 'on' : 'off'}`
}
