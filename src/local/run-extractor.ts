import { sha256Of, sha256OfFile } from '../base/index.ts'
import { matchTensors, readRunModel } from '../embedder/index.ts'
import { seenVersion } from '../images/index.ts'
import { featureMapGraph } from '../models/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { sameShape } from '../tensor/index.ts'
import type { LocalExtractor } from './features.ts'
import { extractPlaces } from './network-extractor.ts'
import { mapPlaces } from './network-places.ts'

/** Raised whenever the same run would give other features. */
const version = 1

/** Places kept of a photo: those on the animal, spread over it. */
const mostPlaces = 400

/** The backbone sees a photo as many times as large as for an embedding, where its weights allow it: its cells are large. */
const enlarged = 2

/**
 * The cells of a run's feature map as places of the coat: what its backbone says of each, before it is pooled to an embedding.
 * @throws InputError naming the file of the run that is missing or malformed.
 */
export async function openRunExtractor(
  folder: string,
  { threads }: { readonly threads?: number | undefined },
): Promise<LocalExtractor> {
  const { name, network, geometry, checkpoint, tensors } = readRunModel(folder)
  const own = { heightPx: geometry.heightPx, widthPx: geometry.widthPx }
  const large = { heightPx: enlarged * own.heightPx, widthPx: enlarged * own.widthPx }
  const takes = featureMapGraph(network, large).tensors.every(({ name, shape }) => {
    const found = tensors.get(name)
    return found === undefined || sameShape(found.shape, shape)
  })
  const size = takes ? large : own
  const map = featureMapGraph(network, size)
  const wanted = new Set(map.tensors.map(({ name }) => name))
  const given = new Map([...tensors].filter(([name]) => wanted.has(name)))
  const parameters = matchTensors({ graph: map.graph, tensors: map.tensors }, given, checkpoint.path)
  const hash = await sha256OfFile(checkpoint.path)
  const program = await (await ortBackend({ threads })).compile(map.graph, { parameters })
  const output = { kind: 'map', layout: 'NHWC', size: map.channels } as const
  return {
    name: `feature map of ${name}, ${mostPlaces} cells of ${Math.max(size.heightPx, size.widthPx)} px`,
    fingerprint: sha256Of(JSON.stringify(['feature map', version, seenVersion, hash, network, size, mostPlaces])),
    dim: map.channels,
    rule: { ratio: 1, sureWeight: 0.05, oriented: false },
    extract: (photo) =>
      extractPlaces(photo, { size, dim: map.channels, most: mostPlaces }, async (pixels) =>
        mapPlaces((await program.run({ pixels })).map!, output, size, folder),
      ),
    release: () => program.release(),
  }
}
