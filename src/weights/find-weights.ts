import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { check } from '../base/index.ts'
import { findInCache } from './cache.ts'
import { withDefaultTag } from './default-tag.ts'
import { type DownloadOptions, fetchFile } from './download.ts'
import { unreachable } from './hub.ts'
import { type HubRepo, parseHubName, showHubName } from './hub-name.ts'
import { type HubSettings, hubSettings } from './hub-settings.ts'
import { readShardIndex } from './open.ts'
import { shippedWeights } from './shipped.ts'

/** Where a model's weights are in its repository, the first that is there. */
const weightFiles = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin'] as const

const kinds = /\.(safetensors|safetensors\.index\.json|pth|pth\.tar|pt|bin|ckpt)$/i
const otherKinds = /\.(onnx|npz|npy|h5|pkl|json|tar|zip|gz)$/i

/** True for what is named as files of weights are, which timm's names, with their dot, are not. */
export function isWeightsFile(name: string): boolean {
  return kinds.test(name)
}

/**
 * The file of pretrained weights: `source` itself where it is one, or that of a model by its name, `timm/convnext_small.fb_in1k` or
 * `convnext_small.fb_in1k`, in the Hugging Face cache, or with rosette. Undefined where it is not there.
 * @throws InputError for a file of another kind or none, for a timm name that is not of `backbone`, and for one without a tag.
 */
export function findWeights(source: string, backbone?: string, settings = hubSettings()): string | undefined {
  const repo = hubNameOf(source, backbone)
  return repo === undefined ? source : findPulled(repo, settings)
}

/** `findWeights`, and where the cache has none a download. @throws as `findWeights` and `pullWeights`. */
export async function fetchWeights(
  source: string,
  backbone: string | undefined,
  settings: HubSettings = hubSettings(),
  options: DownloadOptions = {},
): Promise<string> {
  const repo = hubNameOf(source, backbone)
  if (repo === undefined) return source
  return findPulled(repo, settings) ?? (await pullWeights(repo, settings, options))
}

/**
 * Brings the newest weights of a model into the cache, unless they are there, and gives their path; offline it gives what is there.
 * @throws HubUnreachable where the network is closed or not to be used; InputError for a model that is not there, not open to us,
 * or without weights, and for a wrong size or checksum.
 */
export async function pullWeights(
  repo: HubRepo,
  settings: HubSettings = hubSettings(),
  options: DownloadOptions = {},
): Promise<string> {
  const shipped = shippedWeights(repo)
  if (shipped !== undefined) return shipped
  if (settings.offline) {
    const found = findPulled(repo, settings)
    if (found === undefined) throw unreachable(repo, settings.endpoint, 'offline, and not in the cache')
    return found
  }
  for (const file of weightFiles) {
    const path = await fetchFile(repo, file, settings, options)
    if (path === undefined) continue
    const sameCommit = { ...repo, revision: basename(dirname(path)) }
    for (const shard of shardsOf(path)) {
      const fetched = await fetchFile(sameCommit, shard, settings, options)
      check(fetched !== undefined, `${showHubName(repo)}: ${shard} is in its index and not there`)
    }
    return path
  }
  check(false, `${showHubName(repo)}: has no weights (${weightFiles.join(', ')})`)
}

/** What comes with rosette, else what is in the cache. */
function findPulled(repo: HubRepo, { cache }: HubSettings): string | undefined {
  const pulled = () =>
    weightFiles
      .map((file) => findInCache(cache, repo, file))
      .find((path) => path !== undefined && shardsOf(path).every((shard) => existsSync(join(dirname(path), shard))))
  return shippedWeights(repo) ?? pulled()
}

/** The files that an index names. */
function shardsOf(path: string): string[] {
  return path.endsWith('.json') ? [...new Set(readShardIndex(path).values())] : []
}

/** The model that a source names; undefined where it is a file. */
function hubNameOf(source: string, backbone: string | undefined): HubRepo | undefined {
  const isFile = statSync(source, { throwIfNoEntry: false })?.isFile() === true
  if (isWeightsFile(source)) check(isFile, `weights: ${source} does not exist`)
  else check(!otherKinds.test(source), `weights: expected ${expectedKinds}, got ${source}`)
  if (isFile) return undefined
  check(!/^[./~]|\\/.test(source), `weights: expected ${expectedKinds}, got ${source}`)
  const repo = parseHubName(source)
  const [stem] = repo.name.split('.')
  check(
    backbone === undefined || repo.owner !== 'timm' || stem === backbone,
    `weights: '${source}' is of ${stem}, not of model.backbone ${backbone}`,
    'weights of that backbone, or `set: ["weights=null"]` for random numbers',
  )
  const tagged = withDefaultTag(repo)
  check(
    tagged === repo,
    `weights: '${source}' is an architecture, expected the name of weights of it`,
    `timm's default ones are ${tagged.name}; \`summariseBackbone(${JSON.stringify(repo.name)})\` lists them all`,
  )
  return repo
}

const expectedKinds =
  'a .safetensors file, an index of several (.safetensors.index.json), a file of torch.save (.pth, .pt, .bin), a timm name such as convnext_small.fb_in1k, or null'
