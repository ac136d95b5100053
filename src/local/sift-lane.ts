import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import type { LocalFeatures, LocalPhoto } from './features.ts'
import { extractRootSift } from './root-sift.ts'
import type { SiftConfig } from './sift-config.ts'

/** What comes back for each photo. */
export type SiftReply =
  | { readonly kind: 'found'; readonly features: LocalFeatures }
  | { readonly kind: 'failed'; readonly error: PackedError }

const port = parentPort
invariant(port !== null, 'local/sift-lane.ts runs as a worker')
const config = workerData as SiftConfig

port.on('message', (photo: LocalPhoto) => {
  try {
    const features = extractRootSift(photo, config)
    const { keypoints, descriptors, reliability, kinds } = features
    const memory = [keypoints, descriptors, reliability, kinds].flatMap((list) => (list?.buffer as ArrayBuffer) ?? [])
    port.postMessage({ kind: 'found', features } satisfies SiftReply, memory)
  } catch (error) {
    port.postMessage({ kind: 'failed', error: packError(error) } satisfies SiftReply)
  }
})
