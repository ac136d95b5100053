import { fileURLToPath } from 'node:url'
import { check, readRegular, sha256Of } from '../base/index.ts'
import { type CoatNetworkConfig, coatNetworkDefaults } from '../models/index.ts'
import { asFloat32, decodeSafetensors, type Tensor } from '../tensor/index.ts'

/** A coat network's weights, and the SHA-256 of their file. */
export interface CoatWeights {
  readonly network: CoatNetworkConfig
  readonly parameters: ReadonlyMap<string, Tensor>
  readonly sha256: string
}

/** The weights that come with rosette, trained on drawn coats only. */
const shipped = fileURLToPath(new URL('../../presets/coat-descriptor.safetensors', import.meta.url))

/** Reads weights that `npm run train:matcher` wrote, float16 or float32. @throws InputError naming the file where it holds none. */
export function readCoatWeights(path: string = shipped): CoatWeights {
  const bytes = Uint8Array.from(readRegular(path, 'array'))
  const { tensors, metadata } = decodeSafetensors(bytes, path)
  const network = metadata.network === undefined ? coatNetworkDefaults : parseNetwork(metadata.network, path)
  const parameters = new Map([...tensors].map(([name, tensor]) => [name, asFloat32(tensor)]))
  return { network, parameters, sha256: sha256Of(bytes) }
}

function parseNetwork(text: string, where: string): CoatNetworkConfig {
  const fields: unknown = JSON.parse(text)
  const sizes = typeof fields === 'object' && fields !== null ? new Map(Object.entries(fields)) : new Map()
  const whole = (name: string): number => {
    const size: unknown = sizes.get(name)
    check(
      typeof size === 'number' && Number.isInteger(size) && size > 0,
      `${where}: network.${name}: expected a whole number from 1, got ${size}`,
    )
    return size
  }
  return { width: whole('width'), depth: whole('depth'), dim: whole('dim') }
}
