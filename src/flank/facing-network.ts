import { fileURLToPath } from 'node:url'
import { check, readRegular, sha256Of } from '../base/index.ts'
import { input } from '../graph/index.ts'
import { geometry, type ImageRGBA, prepareImage } from '../images/index.ts'
import { Scope } from '../nn/index.ts'
import { type Device, ortBackend } from '../runtime/index.ts'
import { asFloat32, decodeSafetensors, sameShape, type Tensor, tensor } from '../tensor/index.ts'
import { facingLogits, facingSidePx } from './network.ts'
import type { FacingShares } from './proposal.ts'

/** How a photo comes before the network: cut to box and mask with black around the animal, without caption strips, squashed to a square. */
const seen = geometry({ widthPx: facingSidePx, heightPx: facingSidePx, alpha: 'crop-black', captions: 'crop' })

/** Logits are divided by it: fitted on drawn animals that were not trained on (`bench/flanks.ts`), so that shares are probabilities there. */
const temperature = 1.44

/** The trained weights, in float16. */
const shipped = fileURLToPath(new URL('../../presets/facing.safetensors', import.meta.url))

/** The network at work. */
export interface FacingNetwork {
  /** SHA-256 of the weights and of what comes before and after them. */
  readonly fingerprint: string
  /** The shares of left, right, front and back. @throws InputError where the box lies outside of the photo. */
  shares(photo: FacingPhoto): Promise<FacingShares>
  /** Gives the memory back. */
  release(): Promise<void>
}

/** A photo whose alpha is the animal's mask, and the animal's box where it is known. */
export interface FacingPhoto {
  readonly image: ImageRGBA
  readonly box?: Parameters<typeof prepareImage>[2]
}

/** Which weights, and how much of the machine. */
export interface OpenFacingOptions {
  /** A file of weights; those that come with rosette unless given. */
  readonly weights?: string | undefined
  readonly threads?: number | undefined
  /** What runs it; the processor unless given. */
  readonly device?: Device | undefined
}

/** Opens the network that comes with rosette. @throws InputError where its weights are missing or damaged. */
export async function openFacing({
  weights: path = shipped,
  threads,
  device,
}: OpenFacingOptions = {}): Promise<FacingNetwork> {
  const bytes = Uint8Array.from(readRegular(path, 'array'))
  const weights = decodeSafetensors(bytes, path)
  check(weights.metadata.format === 'rosette-facing', `${path}: holds no network of facing`)
  const scope = Scope.root('inference')
  const pixels = input('pixels', [1, facingSidePx, facingSidePx, 3], 'uint8')
  const graph = { outputs: { logits: facingLogits(scope, pixels) } }
  const parameters = new Map<string, Tensor>()
  for (const { spec } of scope.params()) {
    const found = weights.tensors.get(spec.name)
    check(
      found !== undefined && sameShape(found.shape, spec.shape),
      `${path}: ${spec.name}: missing, or of another shape`,
    )
    parameters.set(spec.name, asFloat32(found))
  }
  const program = await (await ortBackend({ threads, device })).compile(graph, { parameters })
  return {
    fingerprint: sha256Of(JSON.stringify(['facing', 1, sha256Of(bytes), temperature, seen])),
    shares: async ({ image, box }) => {
      const shown = tensor('uint8', pixels.shape as readonly number[], prepareImage(image, seen, box))
      const { logits } = await program.run({ pixels: shown })
      return sharesOf(logits!.data as Float32Array, temperature)
    },
    release: () => program.release(),
  }
}

/** softmax(logits / temperature). */
function sharesOf(logits: ArrayLike<number>, temperature: number): FacingShares {
  const scaled = Array.from(logits, (value) => value / temperature)
  const most = Math.max(...scaled)
  const [left = 0, right = 0, front = 0, back = 0] = scaled.map((value) => Math.exp(value - most))
  const total = left + right + front + back
  return { left: left / total, right: right / total, front: front / total, back: back / total }
}
