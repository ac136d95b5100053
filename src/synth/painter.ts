import { parentPort, workerData } from 'node:worker_threads'
import { invariant, type PackedError, packError } from '../base/index.ts'
import { encodePng } from '../images/index.ts'
import type { SyntheticPhoto } from './plan.ts'
import { type StudioOptions, studio } from './studio.ts'

/** What a painter is asked for: all photos of an individual. */
export interface PainterRequest {
  readonly identity: number
}

/** A photo that is painted, that the individual's last one was, or what went wrong. */
export type PainterReply =
  | { readonly kind: 'painted'; readonly photo: SyntheticPhoto; readonly png: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: PackedError }

invariant(parentPort !== null, 'synth/painter runs in a worker thread')
const port = parentPort
const from = studio(workerData as StudioOptions)

port.on('message', ({ identity }: PainterRequest) => {
  paint(identity).then(
    () => post({ kind: 'done' }),
    (error: unknown) => post({ kind: 'failed', error: packError(error) }),
  )
})

/** One photo is encoded while the next is painted. */
async function paint(identity: number): Promise<void> {
  let sent = Promise.resolve()
  for (const photo of from.photos) {
    if (photo.identity !== identity) continue
    const image = from.render(photo)
    await sent
    sent = send(photo, encodePng(image))
  }
  await sent
}

async function send(photo: SyntheticPhoto, encoded: Promise<Uint8Array>): Promise<void> {
  const png = Uint8Array.from(await encoded) // memory of its own, which can be handed over
  post({ kind: 'painted', photo, png }, [png.buffer])
}

function post(reply: PainterReply, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer)
}
