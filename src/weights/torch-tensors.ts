import { check, counted, InputError } from '../base/index.ts'
import {
  type DType,
  readStored,
  type Shape,
  type StoredTensor,
  type StoredType,
  sameShape,
  sizeOf,
  storedBytes,
  stridesOf,
  type Tensor,
  type TypedArray,
  zerosOf,
} from '../tensor/index.ts'
import { PickleGlobal, type PickleScope } from './pickle.ts'

/** Numbers one after another in a file, of which tensors are views. */
export class TorchStorage {
  readonly key: string
  readonly type: StoredType
  readonly length: number
  constructor(key: string, type: StoredType, length: number) {
    this.key = key
    this.type = type
    this.length = length
  }

  get bytesPerElement(): number {
    return storedBytes(this.type)
  }
}

/** A view of a storage: element (i₀, i₁, …) is number `offset` + Σ iₖ · stridesₖ of it. */
export class TorchTensor {
  readonly storage: TorchStorage
  readonly offset: number
  readonly shape: Shape
  readonly strides: readonly number[]
  constructor(storage: TorchStorage, offset: number, shape: Shape, strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

const storageTypes = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
} as const satisfies Readonly<Record<string, StoredType>>

/**
 * What `torch.save` may mention: tensors, parameters, storages and ordered dictionaries. Nothing else has a meaning, so that
 * nothing else can be made. `where` names the file; `onStorage` is told of every storage that is mentioned.
 */
export function torchScope(where: string, onStorage: (storage: TorchStorage) => void = () => {}): PickleScope {
  const types = new Map<unknown, StoredType>()
  const globals = new Map<string, PickleGlobal>([
    ['torch._utils._rebuild_tensor_v2', new PickleGlobal((args) => rebuildTensor(args, where))],
    ['torch._utils._rebuild_tensor', new PickleGlobal((args) => rebuildTensor(args, where))],
    ['torch._utils._rebuild_parameter', new PickleGlobal(([tensor]) => tensor)],
    ['torch.Size', new PickleGlobal(([sizes]) => sizes)],
    ['collections.OrderedDict', new PickleGlobal((args) => orderedDict(args, where))],
  ])
  for (const [name, type] of Object.entries(storageTypes)) {
    const global = new PickleGlobal()
    types.set(global, type)
    for (const module of ['torch', 'torch.cuda']) globals.set(`${module}.${name}`, global)
  }
  const persistent = (id: unknown) => {
    const storage = storageOf(id, types, where)
    onStorage(storage)
    return storage
  }
  return { globals, persistent }
}

/** ('storage', type, key, location, length), and in old files a view of it, which is None since PyTorch 0.4. */
function storageOf(id: unknown, types: ReadonlyMap<unknown, StoredType>, where: string): TorchStorage {
  const [kind, typeName, key, , length, view] = Array.isArray(id) ? (id as unknown[]) : []
  const type = types.get(typeName)
  const whole = kind === 'storage' && type !== undefined && typeof key === 'string' && isCount(length)
  if (whole && (view ?? null) === null) return new TorchStorage(key, type, length)
  throw new InputError(`${where}: a storage that is not described as PyTorch does`)
}

/** (storage, offset, size, stride, …). */
function rebuildTensor([storage, offset, shape, strides]: readonly unknown[], where: string): TorchTensor {
  const fits =
    storage instanceof TorchStorage &&
    isCount(offset) &&
    Array.isArray(shape) &&
    Array.isArray(strides) &&
    shape.length === strides.length &&
    shape.every(isCount) &&
    strides.every(isCount)
  check(fits, `${where}: a tensor that is not described as PyTorch does`)
  const count = sizeOf(shape)
  const end = offset + spanOf(shape, strides)
  check(
    end <= storage.length && count <= storage.length,
    `${where}: a tensor of ${counted(count, 'number')}, the last of them at ${end}, expected ${storage.length} at most in storage '${storage.key}'`,
  )
  return new TorchTensor(storage, offset, shape, strides)
}

/** No arguments, or a list of pairs. */
function orderedDict([pairs = []]: readonly unknown[], where: string): Map<unknown, unknown> {
  check(
    Array.isArray(pairs) && pairs.every((pair) => Array.isArray(pair) && pair.length === 2),
    `${where}: an OrderedDict of what are no pairs`,
  )
  return new Map(pairs as [unknown, unknown][])
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** The tensor as something to be read: `readBytes` gives bytes of its storage. */
export function storedTensor(
  { storage, offset, shape, strides }: TorchTensor,
  readBytes: (begin: number, length: number) => Uint8Array,
): StoredTensor {
  const size = storage.bytesPerElement
  const read = (): Tensor => {
    const bytes = readBytes(offset * size, spanOf(shape, strides) * size)
    const { dtype, data } = readStored(storage.type, bytes, `storage '${storage.key}'`)
    return { dtype, shape, data: rowMajor(dtype, data, shape, strides) } as Tensor
  }
  return { dtype: storage.type, shape, read }
}

/** Numbers from a tensor's first to its last. */
function spanOf(shape: Shape, strides: readonly number[]): number {
  if (shape.includes(0)) return 0
  return shape.reduce((last, dim, i) => last + (dim - 1) * strides[i]!, 1)
}

/** The numbers in row-major order: themselves where they lie so already. */
function rowMajor(dtype: DType, numbers: TypedArray, shape: Shape, given: readonly number[]): TypedArray {
  const dense = stridesOf(shape)
  const strides = given.map((stride, axis) => (shape[axis] === 1 ? dense[axis]! : stride)) // of no consequence there
  if (numbers.length === 0 || sameShape(strides, dense)) return numbers
  const out = zerosOf(dtype, sizeOf(shape))
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = numbers[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= index[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
  return out
}
