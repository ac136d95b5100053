import { InputError } from '../base/index.ts'

/** What a name of Python means here: what calling it gives; without `call` it may only be mentioned. */
export class PickleGlobal {
  readonly call: ((args: readonly unknown[]) => unknown) | undefined
  constructor(call?: (args: readonly unknown[]) => unknown) {
    this.call = call
  }
}

/** What a stream may refer to beyond plain values. Both throw an InputError for what is not allowed. */
export interface PickleScope {
  /** By `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>
  /** What a persistent identifier stands for. */
  readonly persistent: (id: unknown) => unknown
}

/**
 * Reads one pickle (Python's object format, protocols 2 to 5) that begins at byte `at`. Nothing is executed: a stream can build
 * None, booleans, numbers, text, bytes, lists and tuples (arrays), dictionaries (Maps) and what `scope` gives it.
 * @throws InputError naming `where` for any other name or instruction, and for a stream that is malformed or truncated.
 */
export function unpickle(
  bytes: Uint8Array,
  at: number,
  scope: PickleScope,
  where: string,
): { readonly value: unknown; readonly end: number } {
  const machine: Machine = new Machine(bytes, at, scope, where)
  for (;;) {
    const opcode = machine.uint(1)
    if (opcode === stop) return { value: machine.pop(), end: machine.at }
    const step = opcodes.get(opcode)
    if (step === undefined) machine.refuse(`instruction 0x${opcode.toString(16)} is not one that tensors need`)
    step(machine)
  }
}

const stop = 0x2e

/**
 * Values, marks and entries of the memo that one pickle may make: a byte can make a dictionary, which takes 200 bytes. A state_dict of
 * ten thousand tensors makes half a million.
 */
const makeLimit = 2_000_000

/** Python's pickle virtual machine: a stack, marks on it, and a memo. */
class Machine {
  at: number
  readonly scope: PickleScope
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #where: string
  readonly #memo = new Map<number, unknown>()
  readonly #marks: number[] = []
  #stack: unknown[] = []
  #made = 0

  constructor(bytes: Uint8Array, at: number, scope: PickleScope, where: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
    this.scope = scope
    this.#where = where
  }

  refuse(what: string): never {
    throw new InputError(`${this.#where}: at byte ${this.at} of its pickle: ${what}`, convertHint)
  }

  /** The next `length` bytes as they lie. */
  raw(length: number): Uint8Array {
    if (!(length <= this.#bytes.length - this.at)) this.refuse('it ends too early')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  protocol(): void {
    const version = this.uint(1)
    if (version > 5) this.refuse(`protocol ${version} is not known`)
  }

  /** An unsigned number of `size` bytes, little-endian. */
  uint(size: 1 | 2 | 4 | 8): number {
    const { byteLength } = this.raw(size)
    const at = this.at - byteLength
    if (size === 1) return this.#view.getUint8(at)
    if (size === 2) return this.#view.getUint16(at, true)
    if (size === 4) return this.#view.getUint32(at, true)
    return Number(this.#view.getBigUint64(at, true))
  }

  text(length: number): string {
    return Buffer.from(this.raw(length)).toString('utf8')
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at)
    if (end < 0) this.refuse('it ends too early')
    const text = this.text(end - this.at)
    this.at++
    return text
  }

  push(value: unknown): void {
    this.#count()
    this.#stack.push(value)
  }

  #count(made = 1): void {
    this.#made += made
    if (this.#made > makeLimit) this.refuse(`it makes more than ${makeLimit} objects`)
  }

  pop(): unknown {
    const bottom = this.#marks.at(-1) ?? 0
    if (this.#stack.length <= bottom) this.refuse('it takes from an empty stack')
    return this.#stack.pop()
  }

  /** The `count` topmost values, the first pushed first. */
  take(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  top(): unknown {
    const value = this.pop()
    this.#stack.push(value)
    return value
  }

  mark(): void {
    this.#count()
    this.#marks.push(this.#stack.length)
  }

  /** All values above the last mark. */
  takeMarked(): unknown[] {
    const mark = this.#marks.pop()
    if (mark === undefined) this.refuse('there is no mark')
    return this.#stack.splice(mark)
  }

  put(index: number): void {
    this.#count()
    this.#memo.set(index, this.top())
  }

  memoize(): void {
    this.put(this.#memo.size)
  }

  get(index: number): void {
    if (!this.#memo.has(index)) this.refuse(`nothing is kept under ${index}`)
    this.push(this.#memo.get(index))
  }

  list(): unknown[] {
    const list = this.top()
    if (!Array.isArray(list)) this.refuse('it appends to what is no list')
    return list
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top()
    if (!(dict instanceof Map) || items.length % 2 !== 0) this.refuse('it sets items of what is no dictionary')
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1])
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') this.refuse('a name is no text')
    const known = this.scope.globals.get(`${module}.${name}`)
    if (known === undefined)
      this.refuse(`${module}.${name} of Python is refused: only what plain tensors and containers need is known`)
    this.push(known)
  }

  call(): void {
    const [callable, args] = this.take(2)
    if (!(callable instanceof PickleGlobal && callable.call !== undefined && Array.isArray(args)))
      this.refuse('it calls what may not be called')
    for (const arg of args) if (Array.isArray(arg)) this.#count(arg.length) // a list that is kept may be given to many
    this.push(callable.call(args))
  }

  /** State of an object: attributes of a dictionary, as PyTorch's `_metadata`, are passed over. */
  build(): void {
    const state = this.pop()
    if (!(this.top() instanceof Map && state instanceof Map)) this.refuse('it sets the state of an object')
  }

  /** Two's complement, little-endian. */
  long(length: number): void {
    const bytes = this.raw(length)
    const digits = [...bytes].reverse().map((byte) => byte.toString(16).padStart(2, '0'))
    const value = BigInt.asIntN(8 * length, BigInt(`0x${digits.join('') || '0'}`))
    const small = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    this.push(small ? Number(value) : value)
  }

  float(): void {
    this.raw(8)
    this.push(this.#view.getFloat64(this.at - 8, false))
  }
}

const convertHint =
  'rosette reads pickles without executing them, and only what tensors need; with Python, safetensors.torch.save_file writes the state_dict as a file that any program can read'

const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => m.protocol()], // PROTO
  [0x95, (m) => void m.uint(8)], // FRAME
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.takeMarked()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x71, (m) => m.put(m.uint(1))], // BINPUT
  [0x72, (m) => m.put(m.uint(4))], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x68, (m) => m.get(m.uint(1))], // BINGET
  [0x6a, (m) => m.get(m.uint(4))], // LONG_BINGET
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.uint(4) | 0)], // BININT
  [0x4b, (m) => m.push(m.uint(1))], // BININT1
  [0x4d, (m) => m.push(m.uint(2))], // BININT2
  [0x8a, (m) => m.long(m.uint(1))], // LONG1
  [0x47, (m) => m.float()], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint(4)))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.uint(1)))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.text(m.uint(8)))], // BINUNICODE8
  [0x54, (m) => m.push(m.text(m.uint(4)))], // BINSTRING, of Python 2
  [0x55, (m) => m.push(m.text(m.uint(1)))], // SHORT_BINSTRING
  [0x42, (m) => m.push(m.raw(m.uint(4)))], // BINBYTES
  [0x43, (m) => m.push(m.raw(m.uint(1)))], // SHORT_BINBYTES
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x85, (m) => m.push(m.take(1))], // TUPLE1
  [0x86, (m) => m.push(m.take(2))], // TUPLE2
  [0x87, (m) => m.push(m.take(3))], // TUPLE3
  [0x74, (m) => m.push(m.takeMarked())], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.takeMarked())], // LIST
  [0x61, (m) => append(m, m.take(1))], // APPEND
  [0x65, (m) => append(m, m.takeMarked())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, (m) => newDict(m, m.takeMarked())], // DICT
  [0x73, (m) => m.setItems(m.take(2))], // SETITEM
  [0x75, (m) => m.setItems(m.takeMarked())], // SETITEMS
  [0x63, (m) => m.global(m.line(), m.line())], // GLOBAL
  [0x93, (m) => (([module, name]) => m.global(module, name))(m.take(2))], // STACK_GLOBAL
  [0x52, (m) => m.call()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.push(m.scope.persistent(m.pop()))], // BINPERSID
])

function append(machine: Machine, items: readonly unknown[]): void {
  const list = machine.list()
  for (const item of items) list.push(item)
}

function newDict(machine: Machine, items: readonly unknown[]): void {
  machine.push(new Map())
  machine.setItems(items)
}
