import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { InputError, messageOf } from '../base/index.ts'
import { cast, type Graph, input, matmul, neg } from '../graph/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import { float32, type Tensor } from '../tensor/index.ts'
import type { Tensors } from './backend.ts'
import { openInChild } from './child-session.ts'
import type { SessionOptions } from './session.ts'
import { systemsHint, withoutLibrary } from './systems.ts'

/** What runs a network: the processor, or a graphics processor by one of ONNX Runtime's providers. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'directml' | 'coreml'

/** A device, or `auto`: a graphics processor that works, else the processor. */
export type DeviceChoice = 'auto' | Device

export const deviceNames: readonly Device[] = ['cpu', 'webgpu', 'cuda', 'directml', 'coreml']

/** Those that `auto` tries, the first that works wins. The others are taken where they are asked for: nobody has measured them here. */
const preferred: readonly Device[] = ['cuda', 'webgpu']

/** What there is to say of a device on this machine. */
export interface DeviceReport {
  readonly device: Device
  /** ready: it runs a model; software: it does, by the processor, slowly; missing: it does not. */
  readonly state: 'ready' | 'software' | 'missing'
  /** In words: what runs it, or what is missing. */
  readonly reason: string
  /** How to get what is missing. */
  readonly remedy?: string | undefined
}

/** A device that was chosen, and why. */
export interface ChosenDevice {
  readonly device: Device
  readonly reason: string
}

/** Facts of a machine that decide its devices. */
export interface Machine {
  readonly platform: string
  readonly arch: string
  /** A file or folder is there. */
  readonly exists: (path: string) => boolean
  readonly list: (folder: string) => readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Runs a small model on the device, in a process of its own. @throws what it dies of. */
  readonly tries: (device: Device) => Promise<void>
}

const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  environment: process.env,
  tries: tryDevice,
}

/** Every device, and whether this machine has it: each that could be there runs a small model in a process of its own. */
export async function devices(machine: Machine = thisMachine): Promise<DeviceReport[]> {
  return Promise.all(deviceNames.map((device) => deviceReport(device, machine)))
}

/**
 * The device for a choice: what is asked for, where it works; for `auto` the first real graphics processor that works, else the
 * processor. A software adapter is taken only where `webgpu` is asked for by name.
 * @throws InputError where what is asked for is missing, with the way to get it, and for `auto` on a system that ONNX Runtime has no library for.
 */
export async function chooseDevice(choice: DeviceChoice, machine: Machine = thisMachine): Promise<ChosenDevice> {
  if (choice === 'cpu') return { device: 'cpu', reason: 'asked for' }
  if (choice !== 'auto') {
    const { state, reason, remedy } = await deviceReport(choice, machine)
    if (state === 'missing') throw new InputError(`device ${choice}: ${reason}`, remedy)
    return { device: choice, reason }
  }
  const without = withoutLibrary(machine)
  if (without !== undefined) throw new InputError(without, systemsHint)
  const passedOver: string[] = []
  for (const device of preferred) {
    const { state, reason } = await deviceReport(device, machine)
    if (state === 'ready') return { device, reason }
    passedOver.push(`${device}: ${reason}`)
  }
  return { device: 'cpu', reason: passedOver.join('; ') }
}

async function deviceReport(device: Device, machine: Machine): Promise<DeviceReport> {
  const without = withoutLibrary(machine)
  if (without !== undefined) return { device, state: 'missing', reason: without, remedy: systemsHint }
  if (device === 'cpu') return { device, state: 'ready', reason: 'runs everything, in int8 too' }
  const absent = absence(device, machine)
  if (absent !== undefined) return { device, state: 'missing', ...absent }
  try {
    await machine.tries(device)
  } catch (error) {
    return { device, state: 'missing', reason: `does not start: ${plainReason(error)}`, remedy: remedies[device] }
  }
  const real = device === 'cuda' ? 'an NVIDIA card' : graphicsProcessor(machine)
  if (real === undefined)
    return { device, state: 'software', reason: 'a software adapter: the processor plays a graphics processor' }
  return { device, state: 'ready', reason: real }
}

const remedies: Readonly<Record<Exclude<Device, 'cpu'>, string>> = {
  webgpu:
    'it needs a graphics driver with Vulkan (Linux: the package libvulkan1 and the driver of your card), Direct3D 12 or Metal',
  cuda: 'docs/devices.md tells where its files come from and where they go',
  directml: 'it is part of ONNX Runtime for Windows',
  coreml: 'it is part of ONNX Runtime for macOS',
}

/** Why a device cannot be there, without trying it. */
function absence(
  device: Exclude<Device, 'cpu'>,
  machine: Machine,
): Pick<DeviceReport, 'reason' | 'remedy'> | undefined {
  const { platform } = machine
  const remedy = remedies[device]
  if (device === 'directml' && platform !== 'win32') return { reason: 'Windows only', remedy }
  if (device === 'coreml' && platform !== 'darwin') return { reason: 'macOS only', remedy }
  if (device !== 'cuda') return undefined
  if (platform === 'darwin') return { reason: 'Linux and Windows only', remedy }
  const library = platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so'
  if (machine.exists(join(binaryFolder(), library))) return undefined
  const wheel = wheelFolder(library, machine)
  if (wheel === undefined) return { reason: `${library} is not installed`, remedy }
  const shared = library.replace('cuda', 'shared')
  return {
    reason: `${library} is not installed, but ${wheel} has it`,
    remedy: `copy ${library} and ${shared} from there into ${binaryFolder()}, if that onnxruntime-gpu is of version ${ortVersion()}`,
  }
}

/** Where a Python environment that is active has ONNX Runtime's CUDA files: the wheel onnxruntime-gpu. */
function wheelFolder(library: string, { platform, environment, exists, list }: Machine): string | undefined {
  const roots = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX].filter((root) => root !== undefined)
  const sites = roots.flatMap((root) => {
    if (platform === 'win32') return [join(root, 'Lib', 'site-packages')]
    return list(join(root, 'lib')).map((python) => join(root, 'lib', python, 'site-packages'))
  })
  return sites.map((site) => join(site, 'onnxruntime', 'capi')).find((folder) => exists(join(folder, library)))
}

/** Of the package that is installed. */
function ortVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }
  return version
}

/** True where the device multiplies in float16: 300 · 200 is there, and 300 · 300 beyond what it has. */
export async function computesHalf(device: Exclude<Device, 'cpu'>): Promise<boolean> {
  const [x, y] = ['x', 'y'].map((name) => cast(input(name, [2, 2]), 'float16'))
  const graph: Graph = { outputs: { product: cast(matmul(x!, y!), 'float32') } }
  const feeds = { x: float32([2, 2], [300, 0, 0, 300]), y: float32([2, 2], [200, 0, 0, 300]) }
  try {
    const { product } = await runOnce(device, graph, feeds)
    return product?.data[0] === 60_000 && product.data[3] === Number.POSITIVE_INFINITY
  } catch {
    return false
  }
}

/** A real graphics processor, in words; undefined where there is none, and a software adapter would take its place. */
function graphicsProcessor({ platform, list, environment, exists }: Machine): string | undefined {
  const driver = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES ?? ''
  if (/swiftshader|lvp|lavapipe/i.test(driver)) return undefined
  if (platform === 'win32') return 'by Direct3D 12'
  if (platform === 'darwin') return 'by Metal'
  if (list('/dev').some((name) => /^nvidia\d+$/.test(name))) return 'an NVIDIA card'
  if (exists('/dev/dxg')) return 'the graphics processor of Windows'
  return list('/dev/dri').some((name) => name.startsWith('renderD')) ? 'a graphics processor by Vulkan' : undefined
}

/** The folder of ONNX Runtime's library, where those of its providers are looked for. */
function binaryFolder(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node')
  return join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch)
}

/** ONNX Runtime's name for a device's provider. */
export function providerOf(device: Device): NonNullable<SessionOptions['executionProviders']>[number] {
  return device === 'directml' ? 'dml' : device
}

async function tryDevice(device: Device): Promise<void> {
  const { y } = await runOnce(device, { outputs: { y: neg(input('x', [1])) } }, { x: float32([1], [3]) })
  if (y?.data[0] !== -3) throw new Error(`it computes −3 as ${y?.data[0]}`)
}

/** Runs a small graph on the device, in a process of its own. @throws what it dies of. */
async function runOnce(device: Device, graph: Graph, feeds: Tensors): Promise<Record<string, Tensor>> {
  const options: SessionOptions = { executionProviders: [providerOf(device)], logSeverityLevel: 4 }
  const session = await openInChild(encodeModel(toOnnx(graph), '').model, { options: [options] })
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

/** The first line of what ONNX Runtime says, without the place in its source and the condition that was false. */
function plainReason(error: unknown): string {
  const line = messageOf(error).split('\n')[0]!.trim()
  return line.replace(/^.*\.(?:cc|cpp|h):\d+ .* was false\.\s*(?=\S)/, '')
}
