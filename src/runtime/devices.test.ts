import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { chooseDevice, type Device, devices, type Machine } from './devices.ts'

interface Facts {
  readonly platform?: string
  readonly arch?: string
  readonly files?: readonly string[]
  readonly render?: readonly string[]
  readonly folders?: Readonly<Record<string, readonly string[]>>
  readonly environment?: Readonly<Record<string, string>>
  readonly works?: readonly Device[]
}

function machineOf({
  platform = 'linux',
  arch = 'x64',
  files = [],
  render = [],
  folders = {},
  environment = {},
  works = [],
}: Facts) {
  const tried: Device[] = []
  const machine: Machine = {
    platform,
    arch,
    exists: (path) => files.some((file) => path.endsWith(file)),
    list: (folder) => {
      if (folder === '/dev/dri') return render
      const inIt = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => basename(file))
      return [...inIt, ...(folders[folder] ?? [])]
    },
    environment,
    tries: async (device) => {
      tried.push(device)
      if (!works.includes(device)) throw new Error('no adapter\nand more')
    },
  }
  return { machine, tried }
}
const cudaLibrary = 'libonnxruntime_providers_cuda.so'

describe('auto', () => {
  test('takes CUDA before WebGPU, and says what it stands on', async () => {
    const { machine } = machineOf({ files: [cudaLibrary, '/dev/nvidia0'], works: ['cuda', 'webgpu'] })
    expect(await chooseDevice('auto', machine)).toEqual({ device: 'cuda', reason: 'an NVIDIA card' })
  })

  test('takes the second of two cards, the only one that it is given, which WebGPU names too', async () => {
    const { machine } = machineOf({ files: [cudaLibrary, '/dev/nvidia1'], works: ['cuda'] })
    expect(await chooseDevice('auto', machine)).toEqual({ device: 'cuda', reason: 'an NVIDIA card' })
    const { machine: other } = machineOf({ files: ['/dev/nvidia1', '/dev/nvidiactl'], works: ['webgpu'] })
    expect(await chooseDevice('auto', other)).toEqual({ device: 'webgpu', reason: 'an NVIDIA card' })
    const { machine: none } = machineOf({ files: ['/dev/nvidiactl'], works: ['webgpu'] })
    expect((await chooseDevice('auto', none)).device).toBe('cpu')
  })

  test('takes CUDA whatever adapter Vulkan would play', async () => {
    const environment = { VK_ICD_FILENAMES: '/x/vk_swiftshader_icd.json' }
    const { machine } = machineOf({ files: [cudaLibrary], environment, works: ['cuda', 'webgpu'] })
    expect((await chooseDevice('auto', machine)).device).toBe('cuda')
  })

  test('takes WebGPU where CUDA is not installed', async () => {
    const { machine } = machineOf({ render: ['card0', 'renderD128'], works: ['webgpu'] })
    expect(await chooseDevice('auto', machine)).toEqual({ device: 'webgpu', reason: 'a graphics processor by Vulkan' })
  })

  test.each([
    ['no graphics processor', {}],
    [
      'SwiftShader by the environment',
      { render: ['renderD128'], environment: { VK_ICD_FILENAMES: '/x/vk_swiftshader_icd.json' } },
    ],
    [
      'lavapipe by the environment',
      { render: ['renderD128'], environment: { VK_DRIVER_FILES: '/x/lvp_icd.x86_64.json' } },
    ],
  ] as const)('never takes a software adapter: %s', async (_, facts) => {
    const { machine } = machineOf({ ...facts, works: ['webgpu'] })
    const { device, reason } = await chooseDevice('auto', machine)
    expect(device).toBe('cpu')
    expect(reason).toBe(
      `cuda: ${cudaLibrary} is not installed; webgpu: a software adapter: the processor plays a graphics processor`,
    )
  })

  test('takes the processor where a driver does not start, and says what it says', async () => {
    const { machine } = machineOf({ render: ['renderD128'] })
    const { device, reason } = await chooseDevice('auto', machine)
    expect(device).toBe('cpu')
    expect(reason).toContain('webgpu: does not start: no adapter')
    expect(reason).not.toContain('and more')
  })
})

test('what ONNX Runtime says is told without the place in its source', async () => {
  const { machine } = machineOf({ render: ['renderD128'] })
  const tries = async () => {
    throw new Error(
      '/src/webgpu_context.cc:136 webgpu::WebGpuContext::Initialize(const Config&)::<lambda()> result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters',
    )
  }
  const [, webgpu] = await devices({ ...machine, tries })
  expect(webgpu?.reason).toBe('does not start: Failed to get a WebGPU adapter: No supported adapters')
})

describe('a device by name', () => {
  test('is taken in software too', async () => {
    const { machine } = machineOf({ works: ['webgpu'] })
    expect((await chooseDevice('webgpu', machine)).device).toBe('webgpu')
  })

  test.each([
    ['cuda', {}, `device cuda: ${cudaLibrary} is not installed`],
    ['directml', {}, 'device directml: Windows only'],
    ['coreml', {}, 'device coreml: macOS only'],
    ['cuda', { platform: 'darwin', arch: 'arm64' }, 'device cuda: Linux and Windows only'],
    ['webgpu', {}, 'device webgpu: does not start: no adapter'],
  ] as const)('%s that is missing is an InputError with a remedy', async (device, facts, message) => {
    const chosen = chooseDevice(device, machineOf(facts).machine)
    await expect(chosen).rejects.toThrow(message)
    const error = await chosen.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).hint).toMatch(/\w/)
  })

  test('CUDA’s files in a Python environment that is active are told of, with the place where they belong', async () => {
    const site = '/venv/lib/python3.11/site-packages/onnxruntime/capi'
    const { machine } = machineOf({
      environment: { VIRTUAL_ENV: '/venv' },
      folders: { '/venv/lib': ['libpython.a', 'python3.11'] },
      files: [`${site}/${cudaLibrary}`],
    })
    const [, , cuda] = await devices(machine)
    expect(cuda).toMatchObject({ state: 'missing', reason: `${cudaLibrary} is not installed, but ${site} has it` })
    expect(cuda?.remedy).toMatch(
      /^copy libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so from there/,
    )
    expect(cuda?.remedy).toMatch(/napi-v6.*, if that onnxruntime-gpu is of version 1\.\d+\.\d+$/)
  })

  test('the processor is taken without a look', async () => {
    const { machine, tried } = machineOf({})
    expect((await chooseDevice('cpu', machine)).device).toBe('cpu')
    expect(tried).toEqual([])
  })
})

test('an Intel Mac has no device, the processor neither: nothing is tried, and auto is an error', async () => {
  const { machine, tried } = machineOf({ platform: 'darwin', arch: 'x64', works: ['webgpu', 'coreml'] })
  const list = await devices(machine)
  expect(list.map(({ device, state }) => `${device} ${state}`).join()).toBe(
    'cpu missing,webgpu missing,cuda missing,directml missing,coreml missing',
  )
  expect(list[0]).toMatchObject({
    reason: 'ONNX Runtime has no library for this system, darwin x64',
    remedy: expect.stringContaining('Macs with Apple silicon'),
  })
  await expect(chooseDevice('auto', machine)).rejects.toThrow(
    /^ONNX Runtime has no library .* darwin x64\nhint: it has/,
  )
  expect(tried).toEqual([])
})

test('every device is listed, and only those that can be there are tried', async () => {
  const { machine, tried } = machineOf({ works: ['webgpu'] })
  const list = await devices(machine)
  expect(list.map(({ device, state }) => [device, state])).toEqual([
    ['cpu', 'ready'],
    ['webgpu', 'software'],
    ['cuda', 'missing'],
    ['directml', 'missing'],
    ['coreml', 'missing'],
  ])
  expect(tried).toEqual(['webgpu'])
})

test('this machine has a processor, and tells of every other device what it is or lacks', async () => {
  const list = await devices()
  expect(list[0]).toEqual({ device: 'cpu', state: 'ready', reason: 'runs everything, in int8 too' })
  for (const { state, reason, remedy } of list) {
    expect(reason).not.toBe('')
    if (state === 'missing') expect(remedy).toMatch(/\w/)
  }
})
