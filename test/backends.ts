import { existsSync } from 'node:fs'
import { messageOf } from '../src/base/index.ts'
import { input, neg } from '../src/graph/index.ts'
import { type Backend, ortBackend, referenceBackend } from '../src/runtime/index.ts'

/** An implementation of Backend under test. */
export interface Implementation {
  readonly name: string
  readonly create: () => Promise<Backend>
  /** Why it cannot run on this machine; undefined where it can. */
  readonly skip: string | undefined
}

/** Debian's chromium package ships SwiftShader, a Vulkan driver that needs no GPU. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json'

export const reference: Implementation = {
  name: 'reference',
  create: async () => referenceBackend(),
  skip: undefined,
}
export const cpuBlocked: Implementation = {
  name: 'onnxruntime cpu, blocked',
  create: () => ortBackend({ threads: 1 }),
  skip: undefined,
}
export const cpuPlain: Implementation = {
  name: 'onnxruntime cpu, plain',
  create: () => ortBackend({ threads: 1, blocked: false }),
  skip: undefined,
}
/** As with CUDA: several steps of a program that carries a state are one ONNX `Loop`. */
export const cpuLoop: Implementation = {
  name: 'onnxruntime cpu, four steps in one loop',
  create: () => ortBackend({ threads: 1, together: 4 }),
  skip: undefined,
}
export const webgpu: Implementation = {
  name: 'onnxruntime webgpu',
  create: () => ortBackend({ device: 'webgpu' }),
  skip: await webgpuMissing(),
}

/** Everything that runs graphs. */
export const implementations = [reference, cpuBlocked, cpuPlain, webgpu]

/** Those that are measured against the reference. */
export const measured = [cpuBlocked, webgpu]

async function webgpuMissing(): Promise<string | undefined> {
  if (process.env.VK_ICD_FILENAMES === undefined && !existsSync(swiftShader))
    return `no Vulkan driver: neither VK_ICD_FILENAMES is set nor is there ${swiftShader} (Debian's package chromium)`
  process.env.VK_ICD_FILENAMES ??= swiftShader // read by the Vulkan loader when the provider starts
  try {
    const x = input('x', [1])
    const program = await (await ortBackend({ device: 'webgpu' })).compile({ outputs: { y: neg(x) } })
    await program.release()
    return undefined
  } catch (error) {
    return `the WebGPU provider does not start (Debian's package libvulkan1 has the loader): ${messageOf(error)}`
  }
}
