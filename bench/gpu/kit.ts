import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A folder with what a machine without a network lacks. All of it may be missing: then what the machine has is taken, or the part is left out. */
export interface Kit {
  /** An interpreter with PyTorch and timm: `python/bin/python3` of the folder, else the machine's. */
  readonly python: string
  /** For PyTorch and ONNX Runtime: packages of the folder `site`, and NVIDIA's libraries in it or beside the interpreter's own packages. */
  readonly environment: Readonly<Record<string, string>>
  /** ONNX Runtime's CUDA files, in the folder `onnxruntime`. */
  readonly cudaFiles: readonly string[]
  /** timm's safetensors of a network, in the folder `weights`. */
  readonly weightsOf: (network: string) => string | undefined
}

/** What is in the folder; `sitePackages` are those of the machine's own interpreter. */
export function readKit(folder: string | undefined, sitePackages: readonly string[]): Kit {
  const at = (...path: readonly string[]) => (folder === undefined ? undefined : join(folder, ...path))
  const python = there(at('python', 'bin', 'python3')) ?? 'python3'
  const site = there(at('site'))
  const libraries = [...(site === undefined ? [] : [site]), ...sitePackages].flatMap(nvidiaLibraries)
  const weights = there(at('weights'))
  const files = weights === undefined ? [] : readdirSync(weights)
  return {
    python,
    environment: {
      ...(site === undefined ? {} : { PYTHONPATH: site }),
      LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH ?? ''].filter((path) => path !== '').join(':'),
      HF_HUB_OFFLINE: '1',
    },
    cudaFiles: ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'].flatMap(
      (name) => there(at('onnxruntime', name)) ?? [],
    ),
    weightsOf: (network) => {
      const file = files.find((name) => name.startsWith(network) && name.endsWith('.safetensors'))
      return file === undefined ? undefined : join(weights!, file)
    },
  }
}

/** Puts ONNX Runtime's CUDA files beside its library, where it looks for them; what was there stays. Returns how to take them away again. */
export function installCuda({ cudaFiles }: Kit, root: string): () => void {
  const folder = join(root, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch)
  const copied = cudaFiles.flatMap((file) => {
    const to = join(folder, file.slice(file.lastIndexOf('/') + 1))
    if (existsSync(to)) return []
    copyFileSync(file, to)
    return [to]
  })
  return () => {
    for (const path of copied) rmSync(path, { force: true })
  }
}

/** Wheels lay CUDA's libraries into `nvidia/NAME/lib`. */
function nvidiaLibraries(site: string): string[] {
  const folder = join(site, 'nvidia')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => join(folder, name, 'lib'))
    .filter(existsSync)
}

function there(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined
}
