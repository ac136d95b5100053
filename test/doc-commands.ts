/** The commands of a page's `sh` blocks, continued lines joined, comments left out. */
export function commandLines(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, block]) => block!)
  return blocks.flatMap((block) =>
    block
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*/, '').trim())
      .filter((line) => line !== ''),
  )
}

/**
 * Training lines are made quick: one epoch of the smallest network on small pictures, from random weights. Everything else of
 * a line is as the page has it; `--resume` takes no settings.
 */
export const quick: readonly string[] = [
  'epochs=1',
  'batchSize=4',
  'chunk=4',
  'model.backbone=convnext_micro',
  'model.embeddingSize=null',
  'image.widthPx=32',
  'image.heightPx=32',
  'weights=null',
].flatMap((value) => ['--set', value])
