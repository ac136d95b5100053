import { check, counted, InputError, RangedFile } from '../base/index.ts'
import type { StoredTensor } from '../tensor/index.ts'
import { unpickle } from './pickle.ts'
import { storedTensor, type TorchStorage, TorchTensor, torchScope } from './torch-tensors.ts'
import { listZip } from './zip.ts'

/** A file of weights opened: tensors are listed, and read one at a time. */
export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** What a safetensors file says of itself. */
  readonly metadata?: Readonly<Record<string, string>>
  close(): void
}

/** Names, shapes and places of ten thousand tensors take two megabytes. */
const pickleLimit = 16 * 2 ** 20

const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001

/** What wraps a state_dict, in the order in which timm looks for it. */
const wrappers = ['state_dict_ema', 'model_ema', 'state_dict', 'model'] as const

/**
 * Opens what `torch.save` writes since PyTorch 1.6: a zip archive of one pickle and the storages, uncompressed.
 * @throws InputError naming the file for anything but tensors and plain containers.
 */
export async function openTorchZip(path: string): Promise<WeightsFile> {
  const file = new RangedFile(path)
  try {
    const entries = await listZip(file)
    const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name))
    check(pickleName !== undefined, `${path}: a zip archive without the data.pkl of PyTorch`)
    const folder = pickleName.slice(0, -'data.pkl'.length)
    check(!entries.has(`${folder}constants.pkl`), `${path}: a TorchScript program, expected a state_dict`)
    const pickle = entries.get(pickleName)!
    check(
      pickle.length <= pickleLimit,
      `${path}: a pickle of ${counted(pickle.length, 'byte')}, expected ${pickleLimit} at most`,
    )
    const order = entries.get(`${folder}byteorder`)
    const little = order === undefined || Buffer.from(file.read(order.begin, order.length)).toString() === 'little'
    check(little, `${path}: written by a big-endian machine, expected little-endian`)
    const { value } = unpickle(file.read(pickle.begin, pickle.length), 0, torchScope(path), path)
    const placeOf = ({ key, length, bytesPerElement }: TorchStorage): number => {
      const entry = entries.get(`${folder}data/${key}`)
      check(entry !== undefined, `${path}: storage '${key}' is missing`)
      const expected = length * bytesPerElement
      check(
        entry.length === expected,
        `${path}: storage '${key}', expected ${counted(expected, 'byte')}, got ${entry.length}`,
      )
      return entry.begin
    }
    return weightsOf(value, file, placeOf)
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * Opens what `torch.save` wrote before: pickles of a magic number, the version, the machine, the object and its storages' names,
 * then for each storage its length (int64) and its numbers.
 * @throws InputError naming the file for anything but tensors and plain containers.
 */
export function openTorchLegacy(path: string): WeightsFile {
  const file = new RangedFile(path)
  try {
    const start = file.read(0, Math.min(file.size, pickleLimit))
    let end = 0
    const next = (): unknown => {
      const read = unpickle(start, end, scope, path)
      end = read.end
      return read.value
    }
    const storages = new Map<string, TorchStorage>()
    const scope = torchScope(path, (storage) => storages.set(storage.key, storage))
    check(next() === legacyMagic, `${path}: not a file of torch.save`)
    check(next() === legacyProtocol, `${path}: a version of torch.save's format that is not known`)
    next()
    const value = next()
    const places = storagePlaces(file, { keys: next(), storages, begin: end })
    return weightsOf(value, file, ({ key }) => {
      const place = places.get(key)
      check(place !== undefined, `${path}: storage '${key}' is missing`)
      return place
    })
  } catch (error) {
    file.close()
    throw error
  }
}

/** Where the numbers of each storage begin. */
function storagePlaces(
  file: RangedFile,
  list: { readonly keys: unknown; readonly storages: ReadonlyMap<string, TorchStorage>; readonly begin: number },
): ReadonlyMap<string, number> {
  const { keys, storages } = list
  check(Array.isArray(keys), `${file.path}: the list of storages is none`)
  const places = new Map<string, number>()
  let at = list.begin
  for (const key of keys as readonly unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    check(storage !== undefined && !places.has(storage.key), `${file.path}: a storage that no tensor has`)
    const told = Number(Buffer.from(file.read(at, 8)).readBigInt64LE())
    const { length, bytesPerElement } = storage
    check(told === length, `${file.path}: storage '${storage.key}' of ${counted(told, 'number')}, expected ${length}`)
    places.set(storage.key, at + 8)
    at += 8 + length * bytesPerElement
    check(at <= file.size, `${file.path}: truncated: storage '${storage.key}' goes on to byte ${at} of ${file.size}`)
  }
  return places
}

/** The tensors of a state_dict, wrapped or not, under their names without DataParallel's `module.`. */
function weightsOf(value: unknown, file: RangedFile, placeOf: (storage: TorchStorage) => number): WeightsFile {
  const tensors = new Map<string, StoredTensor>()
  for (const [key, tensor] of stateDict(value, file.path)) {
    if (typeof key !== 'string' || !(tensor instanceof TorchTensor)) continue // counters and the like
    const name = key.replace(/^module\./, '')
    check(!tensors.has(name), `${file.path}: two tensors named '${name}'`)
    const place = placeOf(tensor.storage)
    tensors.set(
      name,
      storedTensor(tensor, (begin, length) => file.read(place + begin, length)),
    )
  }
  return { tensors, close: () => file.close() }
}

function stateDict(value: unknown, path: string): ReadonlyMap<unknown, unknown> {
  check(value instanceof Map, `${path}: expected a state_dict (a dictionary of tensors)`)
  const wrapped = wrappers.map((key) => value.get(key)).find((inner) => inner instanceof Map)
  const dict = wrapped ?? value
  if ([...dict.values()].some((entry) => entry instanceof TorchTensor)) return dict
  const keys = [...dict.keys()].filter((key) => typeof key === 'string').slice(0, 8)
  throw new InputError(`${path}: no tensors, only ${keys.join(', ') || 'nothing'}`)
}
