import { dirname, join, resolve } from 'node:path'
import { check, InputError, RangedFile, readJson, resolveInside, settlePath } from '../base/index.ts'
import { openSafetensors, type StoredTensor } from '../tensor/index.ts'
import { refuseText } from './text-file.ts'
import { openTorchLegacy, openTorchZip, type WeightsFile } from './torch-file.ts'

/**
 * Opens a file of weights, whatever its name: safetensors, an index of several (`model.safetensors.index.json`), or what
 * `torch.save` writes (`.pth`, `.pt`, `.bin`), which is parsed and never executed. Tensors are listed, and read one at a time.
 * @throws InputError naming the file for another kind, a truncated one, and anything but tensors and plain containers.
 */
export async function openWeights(path: string): Promise<WeightsFile> {
  settlePath(path)
  if (path.endsWith('.json')) return openSharded(path)
  const start = firstBytes(path)
  refuseText(start, path)
  if (start[8] === 0x7b || path.endsWith('.safetensors')) return openSafetensors(path) // its header begins with {
  if (start.toString('latin1', 0, 4) === 'PK\x03\x04') return openTorchZip(path)
  if (start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5) return openTorchLegacy(path)
  throw new InputError(`${path}: neither safetensors nor a file of torch.save`)
}

/** Enough to tell a kind by, and to quote of what is text. */
const startBytes = 256

function firstBytes(path: string): Buffer {
  const file = new RangedFile(path)
  try {
    return Buffer.from(file.read(0, Math.min(file.size, startBytes)))
  } finally {
    file.close()
  }
}

/** An index tells in which file of its own folder each tensor is. */
function openSharded(path: string): WeightsFile {
  const places = readShardIndex(path)
  const shards = new Map<string, WeightsFile>()
  const close = () => {
    for (const shard of shards.values()) shard.close()
  }
  try {
    for (const name of new Set(places.values())) {
      const shard = join(dirname(path), name)
      refuseText(firstBytes(shard), shard)
      shards.set(name, openSafetensors(shard))
    }
    const find = ([tensor, name]: readonly [string, string]): readonly [string, StoredTensor] => {
      const found = shards.get(name)!.tensors.get(tensor)
      check(found !== undefined, `${path}: tensor '${tensor}' is not in ${name}`)
      return [tensor, found]
    }
    return { tensors: new Map([...places].map(find)), close }
  } catch (error) {
    close()
    throw error
  }
}

/** Which file each tensor is in, beside the index or below. @throws InputError where it is no such index, or names another place. */
export function readShardIndex(path: string): ReadonlyMap<string, string> {
  const { weight_map: map } = (readJson(path) ?? {}) as { readonly weight_map?: unknown }
  const fits = typeof map === 'object' && map !== null && Object.values(map).every((name) => typeof name === 'string')
  check(fits, `${path}: expected an index of safetensors files (weight_map: names of tensors → names of files)`)
  const places = new Map(Object.entries(map as Record<string, string>))
  for (const name of new Set(places.values())) checkShardName(name, path)
  return places
}

/** A snapshot of the hub's cache is a folder of links to its blobs. Of any other index its own folder. */
function blobsOf(path: string): string {
  const folder = dirname(resolve(path))
  const [, repo] = /^(.*[\\/])snapshots[\\/][^\\/]+$/.exec(folder) ?? []
  return repo === undefined ? folder : join(repo, 'blobs')
}

/** Names become paths on this machine and on the hub: `..` in one would ask the hub for what is none of the model's. */
function checkShardName(name: string, path: string): void {
  resolveInside(dirname(path), name, path, { alsoInto: blobsOf(path) })
  check(name.endsWith('.safetensors'), `${path}: expected .safetensors files, got '${name}'`)
  const plain = !name.includes('\\') && name.split('/').every((part) => !['', '.', '..'].includes(part))
  check(plain, `${path}: '${name}' is not a plain name of a file`)
}
