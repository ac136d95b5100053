import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { check, formatTable } from '../base/index.ts'
import type { ParamSpec } from '../models/index.ts'
import { decodeSafetensors, sameShape, type Tensor } from '../tensor/index.ts'

/** timm parameters that a re-identification network has no place for: its classifier and what leads to it. */
const leftOut = /^(head|norm_pre)\./

const quiet = { throwIfNoEntry: false } as const

/**
 * The file of pretrained weights: `source` itself where it is one, or `model.safetensors` of timm/`source` in the Hugging Face
 * cache that Python's libraries share (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface). Undefined where there is none.
 * @throws InputError for a file of another kind, and for a timm name that is not of `backbone`.
 */
export function findWeights(source: string, backbone?: string): string | undefined {
  if (source.endsWith('.safetensors')) {
    check(existsSync(source), `weights: ${source} does not exist`)
    return source
  }
  const isFile =
    /[\\/]|\.(pth|pt|bin|ckpt|onnx|npz|h5|pkl)$/i.test(source) || statSync(source, quiet)?.isFile() === true
  check(
    !isFile,
    `weights: expected a .safetensors file, a timm name such as convnext_small.fb_in1k, or null, got ${source}`,
  )
  const [stem] = source.split('.')
  check(
    backbone === undefined || stem === backbone,
    `weights: '${source}' is of ${stem}, not of model.backbone ${backbone}`,
    `weights of that backbone, or --set weights=null for random numbers`,
  )
  const home = process.env.HF_HOME ?? join(homedir(), '.cache', 'huggingface')
  const cache = process.env.HF_HUB_CACHE ?? join(home, 'hub')
  const snapshots = join(cache, `models--timm--${source}`, 'snapshots')
  if (!existsSync(snapshots)) return undefined
  return readdirSync(snapshots)
    .map((revision) => join(snapshots, revision, 'model.safetensors'))
    .find((path) => existsSync(path))
}

/**
 * A backbone's parameters from a timm safetensors file, under our names (`backbone.…`). The classifier is left out.
 * @throws InputError with one table of missing, unexpected and wrongly shaped names.
 */
export function loadBackbone(path: string, params: readonly ParamSpec[]): Map<string, Tensor> {
  const { tensors } = decodeSafetensors(readFileSync(path), path)
  const loaded = new Map<string, Tensor>()
  const problems: [string, string][] = []
  const wanted = params.filter((spec) => spec.name.startsWith('backbone.'))
  for (const { name, shape } of wanted) {
    const found = tensors.get(name.slice('backbone.'.length))
    if (found === undefined) problems.push([name, 'missing in the file'])
    else if (!sameShape(found.shape, shape)) problems.push([name, `expected [${shape}], got [${found.shape}]`])
    else if (found.dtype !== 'float32') problems.push([name, `expected float32, got ${found.dtype}`])
    else loaded.set(name, found)
  }
  const known = new Set(wanted.map(({ name }) => name))
  for (const name of tensors.keys()) {
    if (!known.has(`backbone.${name}`) && !leftOut.test(name)) problems.push([name, 'not of this network'])
  }
  check(problems.length === 0, `${path}: does not fit the network\n${formatTable(['parameter', 'problem'], problems)}`)
  return loaded
}
