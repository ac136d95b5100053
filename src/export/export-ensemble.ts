import { isDeepStrictEqual } from 'node:util'
import { check, invariant } from '../base/index.ts'
import {
  describeModel,
  isHeadRun,
  type ModelDescription,
  matchTensors,
  memberPath,
  openModel,
  openModels,
  type RunModel,
  readEnsemble,
  readRunModel,
} from '../embedder/index.ts'
import { lower, portableTarget } from '../lower/index.ts'
import { ensembleGraph, memberPrefix } from '../models/index.ts'
import { toOnnx } from '../onnx/index.ts'
import { hasCheckpoints } from '../run/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { drawnPixels } from './drawn-pixels.ts'
import { checkFinite } from './export.ts'
import { type WrittenModel, writeOnnxModel } from './written-model.ts'

/** An ensemble folder, and where its one file goes. */
export interface ExportEnsembleOptions {
  /** An ensemble folder whose members are runs. */
  readonly ensemble: string
  /** Gets `model.onnx`, `model.json` and, beyond 2 GB of weights, `model.onnx.data`. */
  readonly folder: string
  /** Its own name unless given. */
  readonly name?: string | undefined
}

/** The file as it was written, and how far its embeddings are from those of the members, at most, on drawn jaguars. */
export interface ExportedEnsemble extends WrittenModel {
  readonly difference: number
}

/** Embeddings are of length 1; float32 on another path through the operators moves them by less. */
const tolerance = 1e-3

/**
 * Writes an ensemble as one standard ONNX file that embeds as its members do together, each in float32: their weights under
 * prefixed names, flip averaging inside. The file is held against the members on drawn jaguars before anybody relies on it.
 * @throws InputError where members see photos in different geometries, fuse ranks, run in another precision, or are no runs with a network of ours.
 */
export async function exportEnsemble({ ensemble, folder, name }: ExportEnsembleOptions): Promise<ExportedEnsemble> {
  const record = readEnsemble(ensemble)
  check(
    record.method !== 'ranks',
    `${ensemble}: fuses ranks, which no embedding can say`,
    'make an ensemble of similarities to export it',
  )
  const runs = record.members.map(({ path, checkpoint, precision }) => {
    const run = memberPath(ensemble, path)
    check(
      precision === undefined || precision === 'fp32',
      `${run}: is used in ${precision}, and an ensemble is exported in fp32`,
    )
    const isOurs = hasCheckpoints(run) && !isHeadRun(run)
    check(isOurs, `${run}: is no run with a network of rosette, so that it cannot become part of one file`)
    return readRunModel(run, checkpoint)
  })
  checkOneGeometry(ensemble, runs)
  const described = describe(runs, { name: name ?? record.name, mean: record.method === 'embeddings' })
  const total = record.members.reduce((sum, { weight }) => sum + weight, 0)
  const members = record.members.map(({ weight, tta }, i) => ({
    network: runs[i]!.network,
    weight: weight / total,
    flip: tta !== 'none',
  }))
  const options = { ...runs[0]!.geometry, batch: 'N', mean: record.method === 'embeddings' } as const
  const graph = ensembleGraph(members, options)
  const parameters = matchTensors(graph, prefixed(runs), ensemble)
  checkFinite(parameters, ensemble)
  const metadata = { rosette: JSON.stringify(described) }
  const proto = toOnnx(lower(graph.graph, portableTarget), { parameters, metadata })
  const written = writeOnnxModel(folder, described, proto)
  return { ...written, difference: await differenceOf(ensemble, folder) }
}

function checkOneGeometry(ensemble: string, runs: readonly RunModel[]): void {
  const [first] = runs
  const other = runs.find(({ geometry }) => !isDeepStrictEqual(geometry, first!.geometry))
  const size = ({ geometry: { widthPx, heightPx, resize } }: RunModel) => `${widthPx} × ${heightPx}, ${resize}`
  check(
    other === undefined,
    `${ensemble}: its members see photos in different ways, so that one file cannot take them: ${size(first!)} and ${other && size(other)}`,
    'export each member by itself; the folder stays an ensemble for rosette',
  )
}

function describe(
  runs: readonly RunModel[],
  { name, mean }: { readonly name: string; readonly mean: boolean },
): ModelDescription {
  const each = runs.map(({ network, geometry }) => describeModel(name, network, geometry))
  const { network: _, ...rest } = each[0]!
  const size = mean ? rest.output.size : each.reduce((sum, { output }) => sum + output.size, 0)
  return { ...rest, output: { ...rest.output, size } }
}

function prefixed(runs: readonly RunModel[]): ReadonlyMap<string, Tensor> {
  return new Map(
    runs.flatMap(({ tensors }, i) =>
      [...tensors]
        .filter(([name]) => !/^head\.|\//.test(name))
        .map(([name, tensor]) => [`${memberPrefix(i)}.${name}`, tensor] as const),
    ),
  )
}

/** max |e − e'| over drawn jaguars, e of the members and e' of the file. */
async function differenceOf(ensemble: string, folder: string): Promise<number> {
  const members = await openModels([ensemble])
  try {
    const file = await openModel(folder)
    try {
      const photos = drawnPixels(file.network.geometry)
      const [expected, got] = [
        await members.embed(photos.map((view) => [view])),
        await file.embed(photos.map((view) => [view])),
      ]
      const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0)
      invariant(difference < tolerance, `the exported ensemble differs from its members by ${difference}`)
      return difference
    } finally {
      await file.release()
    }
  } finally {
    await members.release()
  }
}
