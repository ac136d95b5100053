import type { Averaging } from '../embedder/index.ts'

/** What is averaged into each embedding, for the lines that name a model. */
export function ttaWords(tta: Averaging): string {
  if (tta === 'mixed') return 'flip averaging in some of the models'
  return tta === 'multi-scale'
    ? 'averaged over mirror images and two sizes'
    : `flip averaging ${tta === 'flip' ? 'on' : 'off'}`
}
