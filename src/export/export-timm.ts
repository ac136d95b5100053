import { join } from 'node:path'
import { check, writeFileAtomic } from '../base/index.ts'
import type { RunModel } from '../embedder/index.ts'
import { matchTensors } from '../embedder/index.ts'
import { convnextMiniatures, embeddingGraph, timmState, vitMiniatures } from '../models/index.ts'
import { encodeSafetensors } from '../tensor/index.ts'
import { checkFinite } from './export.ts'
import { modelCard } from './model-card.ts'
import { timmConfig } from './timm-config.ts'

/** A run's model, to become a folder that timm loads. */
export interface TimmExportOptions {
  /** The run folder, whose story the model card tells. */
  readonly run: string
  readonly model: RunModel
  /** Gets `model.safetensors`, `head.safetensors`, `README.md` and `config.json`. What is there is replaced. */
  readonly folder: string
  readonly name: string
}

/**
 * Writes a run's network for timm: `timm.create_model('local-dir:FOLDER', pretrained=True)` is its backbone, and docs/models.md has
 * the Python that makes the same embeddings of it. Each file appears whole or not at all, `config.json` last.
 * @throws InputError for a backbone that timm does not have, and as `exportModel` does.
 */
export function exportTimm({ run, model, folder, name }: TimmExportOptions): { readonly files: readonly string[] } {
  const { network, geometry, checkpoint, tensors } = model
  check(
    !Object.hasOwn({ ...convnextMiniatures, ...vitMiniatures }, network.backbone),
    `\`format: "timm"\`: '${network.backbone}' is rosette's own, and timm has no such network`,
    '`format: "onnx"` runs anywhere',
  )
  const wanted = embeddingGraph(network, { ...geometry, batch: 1, flip: true })
  const matched = matchTensors(wanted, tensors, checkpoint.path)
  checkFinite(matched, checkpoint.path)
  const { backbone, head } = timmState(network, matched, geometry)
  const metadata = { format: 'pt' } // Python's libraries ask for it
  const card = modelCard(run, { name, network, geometry, checkpoint: checkpoint.name })
  const config = `${JSON.stringify(timmConfig(network, geometry), undefined, 2)}\n`
  const contents = [
    ['model.safetensors', encodeSafetensors(backbone, metadata)],
    ['head.safetensors', encodeSafetensors(head, metadata)],
    ['README.md', card],
    ['config.json', config],
  ] as const
  for (const [file, content] of contents) writeFileAtomic(join(folder, file), content)
  return { files: contents.map(([file]) => join(folder, file)) }
}
