import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Pool, programFile, unpackError } from '../base/index.ts'
import type { LocalExtractor, LocalFeatures, LocalPhoto } from './features.ts'
import { mirroredRootSift, siftConfig, siftFingerprint } from './root-sift.ts'
import { siftRule } from './rule.ts'
import type { SiftConfig } from './sift-config.ts'
import { siftDim } from './sift-descriptor.ts'
import type { SiftReply } from './sift-lane.ts'

/** How many photos are looked at side by side. */
export interface RootSiftOptions extends Partial<SiftConfig> {
  /** Threads, each with a photo of its own; every processor unless given. */
  readonly threads?: number | undefined
}

/**
 * RootSIFT in threads of their own: the caller's stays free. Features do not depend on how many there are.
 * @throws InputError for settings that find nothing.
 */
export function rootSift({ threads = availableParallelism(), ...given }: RootSiftOptions = {}): LocalExtractor {
  const config = siftConfig(given)
  const lanes = Array.from({ length: threads }, () => new SiftLane(config))
  const pool = new Pool(lanes)
  return {
    name: `RootSIFT, ${config.keypoints} keypoints of ${config.longSidePx} px`,
    fingerprint: siftFingerprint(config),
    dim: siftDim,
    rule: siftRule,
    extract: (photo) => pool.use((lane) => lane.extract(photo)),
    mirrored: mirroredRootSift,
    release: async () => {
      await Promise.all(lanes.map((lane) => lane.release()))
    },
  }
}

/** A thread that looks at one photo at a time; it starts with the first. */
class SiftLane {
  readonly #config: SiftConfig
  #worker: Worker | undefined
  #settle: ((reply: SiftReply | Error) => void) | undefined

  constructor(config: SiftConfig) {
    this.#config = config
  }

  extract({ image, box }: LocalPhoto): Promise<LocalFeatures> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    const data = new Uint8Array(image.data) // its own memory, handed over: the caller keeps the photo
    return new Promise((resolve, reject) => {
      this.#settle = (reply) => {
        this.#settle = undefined
        if (reply instanceof Error) reject(reply)
        else if (reply.kind === 'found') resolve(reply.features)
        else reject(unpackError(reply.error))
      }
      const photo: LocalPhoto = { image: { ...image, data }, box }
      worker.postMessage(photo, [data.buffer as ArrayBuffer])
    })
  }

  async release(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(programFile('sift-lane', import.meta.url), { workerData: this.#config })
    worker.on('message', (reply: SiftReply) => this.#settle?.(reply))
    worker.on('error', (error) => this.#settle?.(error))
    worker.on('exit', (code) => {
      this.#worker = undefined // the next photo gets a new thread
      this.#settle?.(new Error(`internal: the thread of local features ended with code ${code}`))
    })
    return worker
  }
}
